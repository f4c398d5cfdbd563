"""What who runs it meets: refusals to start, a full disk, the health page, roles that come and go."""

from __future__ import annotations

import asyncio
import resource
import shutil

from tests.e2e.server import Server, until
from tests.e2e.street import CANUL, Street, code_in

PIN = "739154"


async def refused(server: Server, *words: str, expected: int = 2) -> str:
    """What it says when it does not start."""
    async with asyncio.timeout(20):
        code, said, complained = await server.command(*words)
    assert code == expected, (code, said, complained)
    assert "Traceback" not in complained
    return complained


async def test_it_says_why_it_does_not_start(asleep: Street) -> None:
    server = asleep.server
    ring = server.folder / "municipio-llavero.json"
    staff = server.folder / "municipio" / "personal.yaml"
    whole = staff.read_text()

    ring.rename(ring.with_suffix(".away"))
    assert "llavero" in await refused(server, "serve")
    shutil.rmtree(server.folder / "other", ignore_errors=True)
    assert (await server.command("init", "other", "--keyring", str(ring)))[0] == 0
    assert "llav" in await refused(server, "serve"), "the keys of another installation"
    ring.with_suffix(".away").replace(ring)

    staff.write_text(whole.replace("puesto: oficial", "puesto: emperador", 1) + "\n  - {placa: [}")
    assert "personal.yaml" in await refused(server, "serve")
    staff.write_text(whole.replace("puesto: oficial", "puesto: emperador", 1))
    complaint = await refused(server, "check")
    assert "personal.yaml, línea 3" in complaint
    assert "emperador" in complaint
    staff.write_text(whole)

    asleep.api.token = "123456789:another-token-of-the-right-shape-0000"
    assert "token" in (await refused(server, "serve")).lower()
    asleep.api.token = server.settings["TELEGRAM_TOKEN"]

    await server.serve()
    second = Server(server.folder)
    second.settings = {**server.settings, "PORT": str(second.port)}
    assert "ya está usando" in await refused(second, "serve", expected=75)
    await asleep.neighbour.says("hola", "Soy el asistente")


async def test_the_commands_work_beside_the_service(asleep: Street) -> None:
    """Nobody has to stop the assistant to give a code, take out the log or see what was set aside."""
    server = asleep.server
    await server.serve()
    folio = await asleep.report(asleep.neighbour)
    code, said, complained = await server.command("supervisor", "add", "el comandante Ek")
    assert code == 0, complained
    newcomer = asleep.on_telegram(12)
    await newcomer.says(code_in(said), "Ya tiene alta como mando.")
    await asleep.commander.says("pin", "PIN nuevo")
    await asleep.commander.says(PIN, "otra vez")
    await asleep.commander.says(PIN, "PIN guardado")
    code, said, complained = await server.command("export", "log", "--badge", "M-01", typed=f"{PIN}\n")
    assert code == 0, complained
    assert folio in said
    code, said, complained = await server.command("dead-letters")
    assert (code, said.strip()) == (0, "Nada pendiente."), complained
    await asleep.canul.taps("Tomar", "Es suyo")
    assert server.actions() == []


async def test_a_full_disk_is_told_and_recovered_from(asleep: Street) -> None:
    street = asleep
    await street.server.serve()
    neighbour, phone = street.neighbour, street.on_whatsapp()
    await neighbour.says("hola", "Soy el asistente")
    await phone.says("hola", "Soy el asistente")
    assert (await street.server.health())[0] == 200
    process = street.server.process
    assert process is not None
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))

    assert await street.twilio.say(phone.number, "consejos") == 503
    await neighbour.says("menú")
    assert (await street.server.health())[0] == 503
    assert process.returncode is None

    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    await phone.says("consejos", "¿De qué quiere consejos?")
    await neighbour.hears("¿En qué le ayudo?", within=30)
    assert (await street.server.health())[0] == 200
    assert set(street.server.actions()) == {"store.unavailable", "whatsapp.not_kept"}


async def test_commands_follow_the_role(street: Street) -> None:
    await street.commander.says("equipo", "Equipo")
    await street.commander.taps("Dar de baja", "¿A quién se da de baja?")
    await street.commander.says("E-101", "¿Seguro?")
    await street.commander.taps("Sí, dar de baja", "ya no recibe nada")
    gone = await until(lambda: street.api.requests("deleteMyCommands"))
    assert str(CANUL) in str(gone[0]["scope"])
    await street.report(street.neighbour)
    await street.poot.hears("Col. Italia")
    assert street.canul.texts == []
    await street.canul.says("/pendientes", "no le corresponde")


async def test_a_group_hears_one_line_and_is_left(street: Street) -> None:
    street.api.join(-500)
    street.api.say(-500, "hola a todos")
    await until(lambda: street.api.requests("leaveChat"))
    said = [m["text"] for m in street.api.screens[-500].values() if m["from"]["id"] == street.api.bot_id]
    assert len(said) == 1
    assert "en privado" in said[0]


async def test_the_health_page_names_a_deaf_channel(asleep: Street) -> None:
    street = asleep
    await street.server.serve()
    street.api.fail(401, times=1, method="getUpdates")
    street.api.say(101, "hola")
    async with asyncio.timeout(10):
        while "problemas" not in (await street.server.health())[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
