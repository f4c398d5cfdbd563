"""T21. Canaries in every place where a person can leave something; then everything that stands anywhere is searched.

Two neighbours, on both networks, tell a text, a street, a name, send a photo with their address in it and in its caption,
a voice note; an answer, an addition; they talk to a person. Nothing of it may be readable in the log, the health pages,
the export, or a byte of the data folder; with the keys it opens in sealed columns only. After `proximidad erase`, nowhere.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from storage import open_store
from storage.sealing import KeyRing
from tests.e2e.conftest import asleep, enrolled, street
from tests.e2e.server import until
from tests.e2e.street import Street
from tests.faults.evidence import Campaign
from tests.support.plain import every_plain

__all__ = ["asleep", "enrolled", "street"]

LEAK = Campaign("T21", "Canaries through every flow, before and after erasure")
TEXT, STREET, NAME, CAPTION, EXIF, VOICE, HELP, USER = (
    f"kanario{n}" for n in ("texto", "calle", "nombre", "pie", "exif", "voz", "persona", "usuario")
)
PHONE, CHAT = "5219835551234", "871623455"
CANARIES = (TEXT, STREET, NAME, CAPTION, EXIF, VOICE, HELP, USER, PHONE, CHAT)
LAMP = f"hay una lámpara fundida en la calle {STREET} 12 de la colonia italia, {TEXT}"


def photo() -> bytes:
    """With its owner's address in EXIF and in the comment."""
    tags = Image.Exif()
    tags[0x010E] = EXIF
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(out, "JPEG", exif=tags, comment=EXIF.encode())
    return out.getvalue()


async def test_nobody_is_named_outside_of_what_is_sealed(street: Street, tmp_path: Path) -> None:
    api, chat = street.api, int(CHAT)
    rosa, ana = street.on_telegram(chat), street.on_whatsapp(f"+{PHONE}")
    api.say(chat, LAMP, **{"from": {"id": chat, "is_bot": False, "first_name": USER, "username": USER}})
    await rosa.hears("acepte el aviso")
    await rosa.taps("Acepto", "¿Está bien?")
    api.send_photo(chat, photo(), caption=CAPTION)
    api.send_voice(chat, b"OggS" + VOICE.encode())
    await rosa.hears("Recibí")
    await until(lambda: street.server.count("media", "state = 'kept'") == 2, what="both files kept")
    said = await street.report(ana, LAMP)
    await named(street, rosa)
    folio = await folio_of(street, rosa)
    await rosa.says("hablar con una persona", "Escriba su mensaje")
    await rosa.says(HELP, "Enviado.")
    await street.commander.hears(HELP)
    await rosa.says("menú", "¿En qué le ayudo?")
    await street.canul.taps("Tomar")
    api.push(b'{"update_id":%d,"message":{"message_id":"x","chat":{"id":871623455},"from":"kanariotexto"}}')
    await until(lambda: street.server.count("dead_letter") >= 1, what="the odd update is set aside")
    pages = await health_pages(street)
    code, table, _ = await street.server.command("export", "log")
    assert code == 0
    assert await street.server.stop() == 0
    copies = await copied(street, tmp_path / "copias")
    assert size(copies) > 10_000
    before = await search(street, pages + table) + in_files(copies)
    code, told, complained = await street.server.command("erase", folio, "--yes")
    assert code == 0, complained
    code, more, complained = await street.server.command("erase", said, "--yes")
    assert code == 0, complained
    after = await search(street, told + more)
    sealed = {canary for canary, where in before if where.startswith("sealed")}
    LEAK.record(
        canaries=len(CANARIES), found_sealed=len(sealed),
        outside_before=sum(not where.startswith("sealed") for _, where in before), anywhere_after=len(after),
    )  # fmt: skip
    assert {TEXT, STREET, NAME, CAPTION, VOICE, HELP, USER, PHONE, CHAT} <= sealed  # the search sees
    assert [found for found in before if not found[1].startswith("sealed")] == []
    assert EXIF not in {canary for canary, _ in before}
    assert after == []


async def named(street: Street, who: Any) -> None:
    """How the neighbour wants to be known is changed to a name before sending."""
    await who.taps("Corregir", "¿Qué")
    await who.taps("Quién", "¿Cómo quiere avisar?")
    await who.taps("Con mi nombre", "¿Qué nombre")
    await who.says(NAME, "Con su nombre")


async def folio_of(street: Street, who: Any) -> str:
    from tests.e2e.people import folio_in

    return folio_in(await who.taps("Enviar", "Su folio es"))


async def health_pages(street: Street) -> str:
    """What the pages say that need no key."""
    found = ""
    async with aiohttp.ClientSession() as web:
        for path in ("/salud/vivo", "/salud/listo", "/metrics", "/metricas"):
            async with web.get(street.server.url + path) as answer:
                found += await answer.text()
    return found


async def copied(street: Street, into: Path) -> Path:
    """A backup, as the operator makes one."""
    code, said, complained = await street.server.command("keys", "backup", "copias.llave")
    assert code == 0, complained
    street.server.settings |= {"BACKUP_KEY": said.splitlines()[0].partition("=")[2], "BACKUP_DIR": str(into)}
    code, _, complained = await street.server.command("backup")
    assert code == 0, complained
    return into


def size(folder: Path) -> int:
    """Bytes of everything below."""
    return sum(path.stat().st_size for path in folder.rglob("*"))


def in_files(folder: Path) -> list[tuple[str, str]]:
    """Every canary in the bytes of the files below."""
    files = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return [
        (canary, f"bytes of {name}")
        for name, content in files.items()
        for canary in CANARIES
        if canary.encode() in content
    ]


async def search(street: Street, told: str) -> list[tuple[str, str]]:
    """Every canary and where it was seen."""
    folder = street.server.folder
    texts = {"log": street.server.log(), "told": told}
    seen = [(canary, name) for name, text in texts.items() for canary in CANARIES if canary in text]
    seen += in_files(folder / "data")
    ring = KeyRing.load(folder / "municipio-llavero.json")
    store = await open_store(f"sqlite:///{folder}/data/proximidad.db", ring)
    try:
        cells = await store.read(lambda tx: list(every_plain(tx)))
    finally:
        await store.close()
    return seen + [
        (canary, f"{kept} {column}")
        for column, kept, plain in cells
        for canary in CANARIES
        if canary in plain
    ]
