"""The pictures of the README, taken from a running demonstration so that they never go stale.

    uv run proximidad demo                       # in one window
    uv run python docs/screenshots.py [URL]      # in another; begins the demonstration anew (needs fonts-noto-color-emoji)

Each scene is a talk played on the phones; a step that can't be done ends the script with its name.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

PICTURES = Path(__file__).parent / "img"
DEFAULT_URL = "http://127.0.0.1:8765/"
CALM = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
)
WIDE, NARROW = (1440, 900), (360, 740)


@dataclass(frozen=True)
class Say:
    """Write a message on a phone."""

    phone: str
    text: str


@dataclass(frozen=True)
class Tap:
    """Press the newest button whose label matches, or choose such a row of the newest list."""

    phone: str
    label: str


@dataclass(frozen=True)
class Place:
    """Send a colonia's point as location."""

    phone: str
    colonia: str


@dataclass(frozen=True)
class Press:
    """Press a control of the page itself."""

    name: str


Step = Say | Tap | Place | Press


@dataclass(frozen=True)
class Scene:
    """One picture: what is played, and how large the window is."""

    name: str
    steps: Sequence[Step]
    size: tuple[int, int] = WIDE
    scheme: str = "light"


LAMP = "ay una lampara fundida en la leona vicario atras del domo ya tiene una semana"
REPORT = (Say("vecina", LAMP), Tap("vecina", "^Acepto$"), Tap("vecina", "^Enviar$"))
SCENES = (
    Scene("simulador", (*REPORT, Tap("oficial", "^Tomar$"))),
    Scene("simulador-oscuro", (*REPORT, Tap("oficial", "^Tomar$")), scheme="dark"),
    Scene("peligro", (Press("Peligro ahora"),), size=NARROW),
    Scene("whatsapp", (Press("WhatsApp"), Say("vecina", "hola"), Tap("vecina", "^Reportar$")), size=NARROW),
)


async def take(browser: Browser, url: str, scene: Scene) -> None:
    """Begin anew, play the scene, take the picture."""
    width, height = scene.size
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scene.scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="es-MX",
        device_scale_factor=2,
    )
    for command, particulars in (("canal", {"phone": "vecina", "manner": "telegram"}), ("reiniciar", {})):
        done = await page.request.post(f"{url}api/{command}", data=particulars, headers={"X-Simulador": "1"})
        assert done.ok, f"{command}: {done.status}"
    await page.goto(url)
    await page.wait_for_selector("html[data-ready]")
    for step in scene.steps:
        print(f"{scene.name}: {step}")
        await play(page, step)
    await page.wait_for_timeout(600)  # pictures and the last answers
    picture = PICTURES / f"{scene.name}.png"
    await page.screenshot(path=picture)
    Image.open(picture).quantize(128).save(picture, optimize=True)  # a fourth of the size, no visible loss
    await page.close()


async def play(page: Page, step: Step) -> None:
    """Do one step, and wait until the phone has been answered."""
    if not isinstance(step, Press) and await page.locator(f"#tab-{step.phone}").is_visible():
        await page.locator(f"#tab-{step.phone}").click()
    match step:
        case Press(name):
            await press(page, name)
        case Say(phone, text):
            await answered(page, phone, write(frame(page, phone), text))
        case Tap(phone, label):
            await answered(page, phone, tap(frame(page, phone), re.compile(label)))
        case Place(phone, colonia):
            await answered(page, phone, locate(frame(page, phone), colonia))


def frame(page: Page, phone: str) -> Locator:
    """One phone."""
    return page.locator(f"#panel-{phone}")


async def answered(page: Page, phone: str, doing: object) -> None:
    """Wait for the assistant's next bubble, or for a bubble that changes."""
    talk = frame(page, phone).get_by_role("log")
    before = await talk.inner_html()
    await doing  # type: ignore[misc]
    await expect(talk).not_to_have_js_property("innerHTML", before)
    await page.wait_for_timeout(400)


async def press(page: Page, name: str) -> None:
    """A button or a choice of the page; on a narrow screen the options are opened first."""
    options = page.get_by_role("button", name="Opciones")
    if name == "WhatsApp":
        await page.get_by_role("radio", name=name).check()
        return
    if await options.is_visible():
        await options.click()
    await page.get_by_role("button", name=name, exact=True).click()
    await page.wait_for_timeout(800)


async def write(phone: Locator, text: str) -> None:
    """Write and send."""
    field = phone.get_by_label("Mensaje de")
    await field.fill(text)
    await field.press("Enter")


async def tap(phone: Locator, label: re.Pattern[str]) -> None:
    """A button, or a row of the newest list."""
    button = phone.locator(".choices").get_by_role("button", name=label).last
    if not await button.is_visible():
        await phone.locator(".choices .opens").last.click()
        button = phone.get_by_role("dialog").get_by_role("button", name=label)
    await button.click(timeout=5000)


async def locate(phone: Locator, colonia: str) -> None:
    """By the list beside the map."""
    await phone.get_by_role("button", name="Adjuntar").click()
    await phone.get_by_role("button", name="Ubicación", exact=True).click()
    await phone.get_by_label("Colonia").select_option(label=colonia)
    await phone.get_by_role("button", name="Mandar esta ubicación").click()


async def main(url: str) -> None:
    """All scenes, one after the other: they share one demonstration."""
    PICTURES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CALM))
        for scene in SCENES:
            await take(browser, url, scene)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL))
