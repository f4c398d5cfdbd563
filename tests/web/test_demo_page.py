"""The whole straight path in a real browser, over the real core: hola, folio, alert, claim, resolve."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from bot.demo import demonstration
from bot.municipality import load
from bot.web import LOCAL_HOSTS, build_app, serve
from handlers.pages.simulator import routes

pytestmark = pytest.mark.asyncio(loop_scope="module")
LAMP = "ay una lampara fundida en la leona vicario atras del domo ya tiene una semana"


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a fresh demonstration, whose loops run behind it."""
    async with demonstration(load(), tmp_path) as demo:
        served = await serve(
            build_app(routes(demo.channel, demo.clock, demo), demo.app.health, allowed_hosts=LOCAL_HOSTS),
            "127.0.0.1",
            0,
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="es-MX")
        await page.goto(served.url)
        await page.wait_for_selector("html[data-ready]")
        yield page
        await page.close()
        await served.stop()


async def phone(page: Page, name: str) -> Locator:
    """One phone, its tab picked."""
    tab = page.locator(f"#tab-{name}")
    if await tab.count():
        await tab.click()
    return page.locator(f"#panel-{name}")


async def say(page: Page, name: str, text: str) -> None:
    """Write on a phone."""
    field = (await phone(page, name)).get_by_label("Mensaje de")
    await field.fill(text)
    await field.press("Enter")


async def press(page: Page, name: str, label: str) -> None:
    """Press the newest button with that label, or choose the row of the newest list."""
    choices = (await phone(page, name)).locator(".bubble.theirs").last.locator(".choices")
    await expect(
        choices.get_by_role("button", name=label, exact=True).or_(choices.locator(".opens"))
    ).to_be_visible()
    if await choices.locator(".opens").count():
        await choices.locator(".opens").click()
        await page.locator(f"#panel-{name} .row", has_text=label).click()
    else:
        await choices.get_by_role("button", name=label, exact=True).click()


async def hears(page: Page, name: str, words: str) -> None:
    """The newest bubble of the assistant says so."""
    await expect((await phone(page, name)).locator(".bubble.theirs").last).to_contain_text(words)


@pytest.mark.parametrize("network", ["Telegram", "WhatsApp"])
async def test_from_hola_to_resolved(page: Page, network: str) -> None:
    await page.get_by_role("radio", name=network).check()
    await say(page, "vecina", "hola")
    await hears(page, "vecina", "llame al 911")
    await say(page, "vecina", LAMP)
    for answer in ("Acepto", "Enviar"):
        await press(page, "vecina", answer)
    await hears(page, "vecina", "Su folio es")

    await hears(page, "oficial", "Col. Leona Vicario")
    await press(page, "oficial", "Tomar")
    await hears(page, "oficial", "Es suyo")
    await hears(page, "vecina", "ya tiene su reporte")

    await press(page, "oficial", "Hecho")
    await press(page, "oficial", "Atendido")
    await hears(page, "oficial", "Una frase para la persona")
    await say(page, "oficial", "Ya cambiaron la lámpara.")
    await press(page, "oficial", "Enviar")
    await hears(page, "vecina", "¿Quedó resuelto?")
    await press(page, "vecina", "Sí, ya quedó")
    await expect(page.locator(".bubble.problem")).to_have_count(0)


async def test_an_alert_that_nobody_takes_climbs_to_the_supervisor(page: Page) -> None:
    await say(page, "vecina", "hola")
    await page.get_by_role("button", name="Peligro ahora").click()
    await press(page, "vecina", "Avisar al turno")
    await hears(page, "vecina", "Avisado")
    await page.get_by_role("button", name="Adelantar 15 min").click()
    await hears(page, "supervisora", "Nadie lo ha tomado")


async def test_starting_over_leaves_nothing_and_works_again(page: Page) -> None:
    await say(page, "vecina", "hola")
    await hears(page, "vecina", "llame al 911")
    await page.get_by_role("button", name="Empezar de nuevo").click()
    await page.get_by_role("button", name="Sí, borrar").click()
    await expect(page.get_by_role("status").filter(has_text="empezó de nuevo")).to_be_attached()
    await expect(page.locator("#panel-vecina .bubble")).to_have_count(0)
    await say(page, "vecina", "hola")
    await hears(page, "vecina", "llame al 911")


async def test_the_group_of_the_sector_is_bound_and_shows_the_card(page: Page) -> None:
    """The supervisor writes there; a report becomes a card without a street."""
    await say(page, "supervisora", "grupos")
    await press(page, "supervisora", "Vincular grupo")
    await press(page, "supervisora", "Sector Norte Oriente")
    told = (await phone(page, "supervisora")).locator(".bubble.theirs").last
    await expect(told).to_contain_text("/vincular")
    code = re.search(r"/vincular (\S+)", await told.inner_text())
    assert code is not None
    await say(page, "grupo", code[0])
    await hears(page, "grupo", "este grupo recibe los avisos")
    await say(page, "vecina", LAMP)
    for answer in ("Acepto", "Enviar"):
        await press(page, "vecina", answer)
    await hears(page, "grupo", "Col. Leona Vicario")


async def test_an_officer_shares_where_they_are_live(page: Page) -> None:
    """First a place, then it moves: nothing new stands in the chat."""
    panel = await phone(page, "oficial")
    for button in ("Mandar esta ubicación", "En vivo: ya estoy aquí"):
        await panel.get_by_role("button", name="Adjuntar").click()
        await panel.get_by_role("button", name="Ubicación").click()
        await panel.get_by_label("Colonia").select_option(label="Italia")
        await panel.get_by_role("button", name=button).click()
    await expect(panel.get_by_text("Su ubicación en vivo se movió")).to_be_visible()
    await expect(panel.locator(".bubble.mine")).to_have_count(1)
