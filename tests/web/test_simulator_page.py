"""The page in a real browser: what is said on one phone is seen on it, within the limits, by pointer and keyboard."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Route, expect

from bot.channels.simulator import Manner
from bot.messages import InboundKind
from tests.web.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTRAST = Path(__file__).with_name("contrast.js")
NARROW = pytest.mark.parametrize("window", [(360, 740)], indirect=True)


async def test_a_person_writes_and_is_answered(window: Window) -> None:
    await window.write("vecina", "hola")
    talk = window.phone("vecina").get_by_role("log")
    await expect(talk.get_by_text("¿Qué necesita?")).to_be_visible()
    await expect(talk.get_by_role("button")).to_have_text(["Reportar", "Mi policía", "Más"])
    await expect(window.phone("oficial").locator(".bubble")).to_have_count(0)


async def test_a_tap_reaches_the_core_and_its_toast_is_shown(window: Window) -> None:
    await window.write("vecina", "hola")
    await window.phone("vecina").get_by_role("button", name="Mi policía").click()
    await expect(window.phone("vecina").locator(".toast")).to_have_text("Anotado")
    assert window.site.core.heard[-1].kind is InboundKind.TAP
    assert window.site.core.heard[-1].token == "team"


async def test_two_officers_race_and_the_second_sees_who_was_first(window: Window) -> None:
    await window.write("vecina", "aviso")
    second = window.page.get_by_role("tab", name="Oficial 2")
    await expect(second.locator(".unread")).to_have_text("1")
    await window.phone("oficial").get_by_role("button", name="Tomar").click()
    await expect(window.phone("oficial").locator(".bubble").last).to_contain_text("Es suyo.")
    await second.click()
    card = window.phone("oficial2").locator(".bubble")
    await expect(card).to_have_count(1)
    await expect(card).to_contain_text("Ya lo tomó su colega.")
    await expect(card).to_contain_text("editado")
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_on_whatsapp_a_list_opens_and_the_choice_is_written(window: Window) -> None:
    await window.page.get_by_role("radio", name="WhatsApp").check()
    await expect(window.phone("vecina").locator(".under-name")).to_have_text("cuenta de empresa")
    await window.write("vecina", "lista")
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Elegir", exact=True).click()
    sheet = phone.get_by_role("dialog")
    await expect(sheet.locator(".row")).to_have_count(5)
    await sheet.get_by_role("button", name="Ruido o pleito").click()
    await expect(phone.locator(".bubble.mine").last).to_contain_text("Ruido o pleito")
    await expect(sheet).to_have_count(0)


async def test_a_broken_limit_is_shown_on_the_phone(window: Window) -> None:
    await window.write("vecina", "largo")
    problem = window.phone("vecina").locator(".bubble.problem")
    await expect(problem).to_contain_text("tiene 37 caracteres y caben 30")


async def test_words_of_a_person_never_become_markup(window: Window) -> None:
    await window.write("vecina", "marcas")
    answer = window.phone("vecina").locator(".bubble.theirs").last
    await expect(answer).to_contain_text("<b>no</b> <img src=x onerror=alert(1)> *nada* _aquí_")
    await expect(answer.locator("b, img")).to_have_count(0)


async def test_the_clock_moves_and_closes_the_window_of_whatsapp(window: Window) -> None:
    await window.page.get_by_role("radio", name="WhatsApp").check()
    await window.write("vecina", "hola")
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(2)
    before = await window.page.locator("#clock").text_content()
    await window.page.get_by_role("button", name="Adelantar 1 día").click()
    closed = window.phone("vecina").get_by_text("Ventana de 24 horas cerrada")
    await expect(closed).to_be_visible()
    assert await window.page.locator("#clock").text_content() != before
    await window.site.core.news()
    await expect(window.phone("vecina").locator(".bubble").last).to_contain_text("Plantilla aprobada")
    await window.write("vecina", "ver")
    await expect(closed).to_be_hidden()


async def test_a_place_is_chosen_on_the_map_or_in_the_list(window: Window) -> None:
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Ubicación", exact=True).click()
    send = phone.get_by_role("button", name="Mandar esta ubicación")
    await expect(send).to_be_disabled()
    await phone.locator(".map-chooser").click(position={"x": 150, "y": 150})
    await expect(phone.locator(".said")).to_contain_text("Cerca de:")
    await phone.get_by_label("Colonia").select_option(label="Italia")
    await send.click()
    await expect(phone.get_by_text("Gracias, ya tengo el lugar.")).to_be_visible()
    point = window.site.core.heard[-1].point
    assert point is not None
    assert (point.lat, point.lon) == (18.50742, -88.30868)


async def test_the_middle_of_the_map_is_where_the_pilot_colonias_are(window: Window) -> None:
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Ubicación", exact=True).click()
    await phone.locator(".map-chooser").click()
    await phone.get_by_role("button", name="Mandar esta ubicación").click()
    await expect(phone.locator(".bubble.mine .map")).to_be_visible()
    point = window.site.core.heard[-1].point
    assert point is not None
    assert abs(point.lat - 18.511) < 0.002
    assert abs(point.lon + 88.3047) < 0.002


async def test_the_location_button_of_telegram_opens_the_map(window: Window) -> None:
    await window.write("vecina", "lugar")
    await window.phone("vecina").get_by_role("button", name="Enviar mi ubicación").click()
    await expect(window.phone("vecina").get_by_role("dialog", name="Mandar ubicación")).to_be_visible()


async def test_a_sample_photo_is_sent_and_seen(window: Window) -> None:
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Foto", exact=True).click()
    await phone.get_by_role("button", name="Mandar esta foto").click()
    photo = phone.locator("img.photo")
    await expect(photo).to_be_visible()
    await expect(photo).to_have_js_property("naturalWidth", 640)
    sent = window.site.core.heard[-1].attachments[0]
    fetched = await window.site.core.channel.fetch(sent)
    assert fetched.content.startswith(b"\xff\xd8\xff")


async def test_a_sample_voice_note_is_sent_and_can_be_played(window: Window) -> None:
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Nota de voz").click()
    await phone.get_by_role("button", name="Mandar nota de ejemplo").click()
    await phone.get_by_role("button", name="Escuchar la nota de voz").click()
    await expect(phone.get_by_role("button", name="Pausar la nota de voz")).to_be_visible()
    sent = window.site.core.heard[-1].attachments[0]
    assert sent.seconds == 3
    assert (await window.site.core.channel.fetch(sent)).content.startswith(b"RIFF")


async def test_a_file_of_ones_own_can_be_sent(window: Window) -> None:
    phone = window.phone("vecina")
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Foto", exact=True).click()
    own = {"name": "poste.png", "mimeType": "image/png", "buffer": PIXEL}
    await phone.locator("input[type=file]").set_input_files(own)
    await expect(phone.get_by_text("Recibí su archivo")).to_be_visible()
    assert window.site.core.heard[-1].attachments[0].content_type == "image/png"


async def test_an_example_is_one_tap_and_goes_to_the_resident(window: Window) -> None:
    await window.page.get_by_role("button", name="Una lámpara fundida").click()
    await expect(window.phone("vecina").locator(".bubble.mine")).to_contain_text("ay una lampara fundida")


async def test_starting_over_asks_first_and_empties_every_phone(window: Window) -> None:
    await window.write("vecina", "aviso")
    await expect(window.phone("oficial").locator(".bubble")).to_have_count(1)
    reset = window.page.get_by_role("button", name="Empezar de nuevo")
    await reset.click()
    await window.page.get_by_role("button", name="No, seguir").click()
    assert window.site.core.resets == 0
    await reset.click()
    await window.page.get_by_role("button", name="Sí, borrar").click()
    await expect(window.page.locator(".bubble")).to_have_count(0)
    assert window.site.core.resets == 1


async def test_what_is_said_while_the_screens_are_read_anew_stays(window: Window) -> None:
    """An answer that was on its way when somebody wrote must not wipe what they wrote."""
    on_its_way, may_arrive = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        on_its_way.set()
        await may_arrive.wait()
        await route.fulfill(response=answer)

    await window.page.route("**/api/pantallas", late)
    await window.page.get_by_role("button", name="Empezar de nuevo").click()
    await window.page.get_by_role("button", name="Sí, borrar").click()
    await on_its_way.wait()
    async with window.page.expect_response("**/api/decir"):
        await window.write("vecina", "hola")
    await asyncio.sleep(0.2)  # the change comes by its own way
    async with window.page.expect_response("**/api/pantallas"):
        may_arrive.set()
    await window.write("vecina", "otra vez")
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(4)


async def test_a_second_window_and_a_reload_show_the_same(window: Window) -> None:
    await window.page.get_by_role("radio", name="WhatsApp").check()
    await window.write("vecina", "hola")
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(2)
    await window.page.reload()
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(2)
    await expect(window.page.get_by_role("radio", name="WhatsApp")).to_be_checked()


async def test_when_the_server_is_gone_the_page_says_so(window: Window) -> None:
    await window.site.core.channel.stop()
    await window.site.served.stop()
    trouble = window.page.get_by_role("alert")
    await expect(trouble).to_contain_text("Se perdió la conexión")
    await window.write("vecina", "hola")
    await expect(trouble).to_contain_text("no contesta")
    window.complaints.clear()  # the browser itself notes the refused connections


async def test_the_keyboard_is_enough_to_write_choose_and_send_a_place(window: Window) -> None:
    keys = window.page.keyboard
    await keys.press("Tab")
    await expect(window.page.get_by_text("Ir a los teléfonos")).to_be_focused()
    await keys.press("Enter")
    await window.phone("vecina").get_by_label("Mensaje de").focus()
    await keys.type("hola")
    await keys.press("Enter")
    await window.phone("vecina").get_by_role("button", name="Reportar").wait_for()
    await keys.press("Shift+Tab")
    clip = window.phone("vecina").get_by_role("button", name="Adjuntar")
    await expect(clip).to_be_focused()
    await keys.press("Shift+Tab")
    await expect(window.phone("vecina").get_by_role("button", name="Más")).to_be_focused()
    await keys.press("Enter")
    await expect(window.phone("vecina").get_by_text("Eligió more.")).to_be_visible()
    await clip.focus()
    await keys.press("Enter")
    await expect(window.phone("vecina").get_by_role("button", name="Ubicación", exact=True)).to_be_focused()
    await keys.press("Enter")
    await expect(window.phone("vecina").get_by_label("Colonia")).to_be_focused()
    await keys.type("Italia")
    await keys.press("Tab")
    await expect(window.phone("vecina").get_by_role("button", name="Mandar esta ubicación")).to_be_focused()
    await keys.press("Enter")
    await expect(window.phone("vecina").get_by_text("Gracias, ya tengo el lugar.")).to_be_visible()


async def test_escape_closes_a_sheet_and_gives_the_focus_back(window: Window) -> None:
    clip = window.phone("vecina").get_by_role("button", name="Adjuntar")
    await clip.focus()
    await window.page.keyboard.press("Enter")
    await expect(window.phone("vecina").get_by_role("dialog")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(window.phone("vecina").get_by_role("dialog")).to_have_count(0)
    await expect(clip).to_be_focused()


async def test_arrow_keys_move_between_the_officers(window: Window) -> None:
    await window.page.get_by_role("tab", name="Oficial 1").focus()
    await window.page.keyboard.press("ArrowRight")
    await expect(window.page.get_by_role("tab", name="Oficial 2")).to_be_focused()
    await expect(window.phone("oficial2")).to_be_visible()
    await expect(window.phone("oficial")).to_be_hidden()


async def test_every_control_has_a_name(window: Window) -> None:
    for word in ("hola", "lista", "folio", "mapa"):
        await window.write("vecina", word)
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(8)
    unnamed = await window.page.evaluate(
        """() => [...document.querySelectorAll("button, select, textarea, input, [role=img]")]
            .filter((control) => control.checkVisibility())
            .filter((control) => !(control.textContent || control.ariaLabel || control.labels?.[0]?.textContent))
            .map((control) => control.outerHTML)"""
    )
    assert unnamed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(window: Window, scheme: Literal["light", "dark"]) -> None:
    await window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for word in ("hola", "folio", "largo", "protegido", "aviso"):
        await window.write("vecina", word)
    await window.page.get_by_role("radio", name="WhatsApp").check()
    for word in ("hola", "lista"):
        await window.write("vecina", word)
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(13)
    await window.phone("vecina").get_by_role("button", name="Elegir", exact=True).click()
    await window.phone("oficial").get_by_role("button", name="Adjuntar").click()
    await window.phone("oficial").get_by_role("button", name="Ubicación", exact=True).click()
    await expect(window.phone("oficial").get_by_label("Colonia")).to_be_visible()
    assert await window.page.evaluate(CONTRAST.read_text()) == []


async def test_who_wants_no_movement_gets_none(window: Window) -> None:
    await window.page.emulate_media(reduced_motion="reduce")
    await window.write("vecina", "hola")
    bubble = window.phone("vecina").locator(".bubble").last
    await expect(bubble).to_have_css("animation-name", "none")


@NARROW
async def test_on_a_phone_one_phone_shows_at_a_time_and_news_are_counted(window: Window) -> None:
    await expect(window.phone("vecina")).to_be_visible()
    await expect(window.phone("oficial")).to_be_hidden()
    await window.write("vecina", "aviso")
    officers = window.page.locator("#tabs button", has_text="Oficial")
    await expect(officers.locator(".unread")).to_have_text("2")
    await officers.click()
    await expect(window.phone("oficial").get_by_role("button", name="Tomar")).to_be_visible()
    await expect(officers.locator(".unread")).to_be_hidden()


@NARROW
async def test_on_a_phone_nothing_runs_over_the_side_and_targets_are_large(window: Window) -> None:
    for word in ("hola", "lista", "mapa"):
        await window.write("vecina", word)
    await expect(window.phone("vecina").locator(".bubble")).to_have_count(6)
    assert await window.page.evaluate("document.documentElement.scrollWidth") == 360
    small = await window.page.evaluate(
        """() => [...document.querySelectorAll("button, label:has(input)")]
            .filter((control) => control.checkVisibility())
            .filter((control) => control.getBoundingClientRect().height < 24)
            .map((control) => control.textContent)"""
    )
    assert small == []


@NARROW
async def test_on_a_phone_the_options_open_and_an_example_closes_them(window: Window) -> None:
    options = window.page.get_by_role("button", name="Opciones")
    await options.click()
    await expect(options).to_have_attribute("aria-expanded", "true")
    await window.page.get_by_role("button", name="Saludar").click()
    await expect(options).to_have_attribute("aria-expanded", "false")
    await expect(window.phone("vecina").get_by_text("¿Qué necesita?")).to_be_visible()


async def test_a_switch_made_elsewhere_is_shown(window: Window) -> None:
    window.site.core.channel.switch("vecina", Manner.WHATSAPP)
    await expect(window.page.get_by_role("radio", name="WhatsApp")).to_be_checked()
    await expect(window.phone("vecina").locator(".frame")).to_have_attribute(
        "data-manner", re.compile("whatsapp")
    )


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636000000200"
    "01e221bc330000000049454e44ae426082"
)
