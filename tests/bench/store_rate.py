"""Units of work per second on a fresh SQLite store, each committed and fsynced before it is answered.

    uv run python tests/bench/store_rate.py [FOLDER] [--postgres]

A unit is 8 statements built beforehand, like those of one message: mark the inbox, read the person, the talk, write
the talk, read and write a due row, put an outbox row, count. FOLDER should be on the disk that is to be measured.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update

from storage import Store, Transaction, open_store
from storage.schema import conversation, due, inbox, outbox, person
from storage.sealing import KeyRing

SECONDS = 4.0
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = count()

_PERSON = select(person).where(person.c.id == bindparam("who"))
_SEEN = update(person).where(person.c.id == bindparam("who")).values(seen_at=bindparam("at"))
_MARK = insert(inbox)
_TALK = select(conversation).where(conversation.c.person_id == bindparam("who"))
_TURN = (
    update(conversation)
    .where(conversation.c.id == bindparam("which"))
    .values(version=conversation.c.version + 1, answers=bindparam("raw"), touched_at=bindparam("at"))
)
_PUT = insert(outbox)
_DUE = select(due.c.id).where(due.c.kind == "draft", due.c.subject == bindparam("which"))
_LATER = update(due).where(due.c.id == bindparam("what")).values(due_at=bindparam("at"))


def settle(tx: Transaction, who: str) -> None:
    """A person in the middle of a talk."""
    run = tx.connection.execute
    run(insert(person).values(id=who, role="resident", locale="es", created_at=NOW, seen_at=NOW))
    talk = dict(flow="report", version=0, active=True, asked="kind", started_at=NOW, touched_at=NOW)
    run(insert(conversation).values(id=who, person_id=who, expires_at=NOW + timedelta(days=7), **talk))
    run(insert(due).values(kind="draft", subject=who, level=0, due_at=NOW, attempts=0))


def turn(tx: Transaction, who: str) -> None:
    """What one message does to the store."""
    run = tx.connection.execute
    key = f"bench:{next(NAMES)}"
    run(_MARK, {"key": key, "person_id": who, "received_at": NOW, "state": "done"})
    run(_PERSON, {"who": who}).one()
    run(_SEEN, {"who": who, "at": NOW})
    talk = run(_TALK, {"who": who}).one()
    raw = tx.sealer.seal_json("conversation", "answers", talk.id, {"kind": "ruido", "place": "calle 5"})
    run(_TURN, {"which": talk.id, "raw": raw, "at": NOW})
    what = run(_DUE, {"which": talk.id}).scalar_one()
    run(_LATER, {"what": what, "at": NOW})
    run(_PUT, said(tx, who))


def said(tx: Transaction, who: str) -> dict[str, Any]:
    """An outbox row."""
    name = uuid4().hex
    sealed = tx.sealer.seal_json("outbox", "facts", name, {"question": "¿Dónde?"})
    fixed = dict(lane=1, notice="question", state="ready", attempts=0, created_at=NOW, due_at=NOW)
    return {"ref": name, "person_id": who, "facts": sealed, **fixed}


async def rate(store: Store, people: list[str]) -> tuple[float, float]:
    """Units a second with one waiter per person, and the 99th percentile of their waiting in ms."""
    end = time.perf_counter() + SECONDS
    waits: list[float] = []

    async def one(who: str) -> None:
        while (start := time.perf_counter()) < end:
            await store.run(lambda tx: turn(tx, who))
            waits.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*map(one, people))
    spent = time.perf_counter() - start
    return len(waits) / spent, sorted(waits)[int(len(waits) * 0.99)] * 1000


async def measure(url: str) -> None:
    store = await open_store(url, KeyRing.throwaway())
    people = [uuid4().hex for _ in range(50)]
    for who in people:
        await store.run(lambda tx, who=who: settle(tx, who))  # type: ignore[misc]
    await rate(store, people[:2])  # warm
    for waiters in (1, 10, 50):
        units, late = await rate(store, people[:waiters])
        print(f"{waiters:3} waiting: {units:7.0f} units/s, p99 {late:6.1f} ms")
    await store.close()


def main() -> None:
    folders = [word for word in sys.argv[1:] if not word.startswith("-")]
    if "--postgres" in sys.argv:
        from tests.support.postgres import Server, running, text_of

        with running() as admin, Server(admin).database() as url:
            asyncio.run(measure(text_of(url)))
        return
    with nullcontext(folders[0]) if folders else tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(f"sqlite:///{Path(folder) / 'bench.db'}"))


if __name__ == "__main__":
    main()
