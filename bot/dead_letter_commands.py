"""`proximidad dead-letters`: what could not be handled, listed, shown and tried again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import fail, in_store, out, prove, read_municipality, read_ring, read_settings, run

if TYPE_CHECKING:
    from bot.messages import Inbound
    from storage.inbox import DeadLetter


def dead_letters(
    show: Annotated[
        str, typer.Option(help="Muestra el contenido de una, por su número; pide placa y PIN.")
    ] = "",
    badge: Annotated[str, typer.Option(help="Placa del mando que la abre.")] = "",
    replay: Annotated[str, typer.Option(help="Vuelve a intentar una, por su número.")] = "",
) -> None:
    """Lo que no se pudo atender y sigue guardado: lista, y con --show o --replay, una."""
    letters = in_store(lambda tx: tx.inbox.dead_letters(), reads=True)
    if show or replay:
        letter = _one(letters, show or replay)
        _show(letter, badge) if show else _replay(letter)
        return
    zone = read_municipality(read_settings().config_dir).time_zone
    for letter in letters:
        seen = letter.first_seen_at.astimezone(zone)
        out.print(f"{letter.id[:8]}  {seen:%Y-%m-%d %H:%M}  {letter.source}  {letter.reason}")
    out.print(f"{len(letters)} sin resolver." if letters else "Nada pendiente.")


def _one(letters: list[DeadLetter], number: str) -> DeadLetter:
    found = [letter for letter in letters if letter.id.startswith(number)]
    if len(found) != 1:
        raise fail(f"No hay un mensaje apartado que empiece así, o hay varios: {number}")
    return found[0]


def _show(letter: DeadLetter, badge: str) -> None:
    """A supervisor, by the PIN; whoever opens it leaves a line in the audit first."""
    from bot.app import now

    by = prove(badge)
    in_store(lambda tx: tx.audit.add("dead_letter_read", letter.id, by, now()))
    out.print(f"{letter.id}  {letter.source}  {letter.source_key}  {letter.reason}", markup=False)
    out.print(letter.raw.decode("utf-8", "backslashreplace") or "(sin contenido)", markup=False)


def _replay(letter: DeadLetter) -> None:
    from bot.app import now

    if letter.source == "outbox":
        again = in_store(lambda tx: tx.outbox.revive(letter.source_key, letter.id, now()))
        if not again:
            raise fail("Ese mensaje ya no está: se envió por otro lado o se borró.")
    else:
        _handle_again(letter, now())
    out.print("Vuelto a intentar: lo que haya que contestar lo envía el servicio.")


def _handle_again(letter: DeadLetter, at: datetime) -> None:
    inbound = read_again(letter, at)
    if inbound is None:
        raise fail("Todavía no se entiende: se queda apartado. `--show` muestra qué llegó.")
    try:
        _turn(inbound, letter)
    except LookupError:
        raise fail("Otra persona lo resolvió mientras tanto.") from None
    except Exception as bug:  # kept as it was, whatever breaks
        raise fail(f"Falló otra vez ({type(bug).__name__}): se queda apartado, como estaba.") from None


def _turn(inbound: Inbound, letter: DeadLetter) -> None:
    from bot.app import build_here
    from bot.clock import Clock
    from handlers.reception import Reception
    from storage.store import open_store_or_beside

    settings = read_settings()
    municipality, ring = read_municipality(settings.config_dir), read_ring(settings)

    async def once() -> None:
        store = await open_store_or_beside(settings.store_url, ring)
        try:
            await Reception(store, build_here(municipality, ring, {}), Clock()).replay(inbound, letter.id)
        finally:
            await store.close()

    run(once())


def read_again(letter: DeadLetter, at: datetime) -> Inbound | None:
    """What a person did, from the bytes that were kept; None when they are not understood now either."""
    from bot.channels.telegram.inbound import read as read_update
    from bot.channels.whatsapp.inbound import read_kept
    from bot.messages import InboundKind

    channel, _, rest = letter.source_key.partition(":")
    bot_id = rest.partition(":")[0]
    found = read_update(letter.raw, bot_id, at) if channel == "tg" else read_kept(letter.raw, at)
    return None if found is None or found.kind is InboundKind.UNREADABLE else found
