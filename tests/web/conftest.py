"""A server with the page, and Debian's browser to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, async_playwright, expect

from bot.clock import MovableClock
from bot.web import LOCAL_HOSTS, Served, build_app, serve
from handlers.pages.simulator import routes
from tests.web.echo import EchoCore

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
expect.set_options(timeout=20_000)  # ms; a crowded machine may be slow, and nothing here measures time
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Site:
    """The demonstration as the browser sees it."""

    url: str
    core: EchoCore
    served: Served


@dataclass
class Window:
    """A browser window that notes everything it should not do."""

    page: Page
    site: Site
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def phone(self, phone: str) -> Locator:
        """One phone with its frame."""
        return self.page.locator(f"#panel-{phone}")

    async def write(self, phone: str, text: str) -> None:
        """Write as a person does: into the field, then Enter."""
        field = self.phone(phone).get_by_label("Mensaje de")
        await field.fill(text)
        await field.press("Enter")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of a file."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    """A fresh server with the echo behind it."""
    clock = MovableClock()
    core = EchoCore(clock)
    await core.channel.start(core.receive, core.noted)

    async def health() -> tuple[bool, dict[str, object]]:
        return True, {}

    app = build_app(routes(core.channel, clock, core), health, allowed_hosts=LOCAL_HOSTS)
    served = await serve(app, "127.0.0.1", 0)
    yield Site(served.url, core, served)
    await core.channel.stop()
    await served.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Browser, site: Site, request: pytest.FixtureRequest) -> AsyncIterator[Window]:
    """A window on the page; after each test it must have asked nobody else and complained of nothing."""
    width, height = getattr(request, "param", (1440, 900))
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="es-MX")
    window = Window(await context.new_page(), site)

    async def watch(route: Route) -> None:
        if route.request.url.startswith((site.url, "blob:", "data:")):
            await route.continue_()
        else:
            window.foreign.append(route.request.url)
            await route.abort()

    await context.route("**/*", watch)
    window.page.on(
        "console", lambda said: said.type in ("error", "warning") and window.complaints.append(said.text)
    )
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    await window.page.goto(site.url)
    await window.page.wait_for_selector("html[data-ready]")
    yield window
    await context.close()
    assert window.foreign == []
    assert window.complaints == []
