"""What the writer's connection of a SQLite store executes, and how SQLite goes about it."""

from __future__ import annotations

from typing import Any

from storage.sqlite import SqliteStore

FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")  # what a group of units costs, whatever they do


class Watched:
    """Everything that was executed while it watched, in transactions, with the values in place."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.transactions: list[list[str]] = []
        self.hops = 0

    async def __aenter__(self) -> Watched:
        await self._store._writer.run(lambda raw: raw.set_trace_callback(self._heard))
        self._post, self._store._writer.post = self._store._writer.post, self._hop  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._store._writer.post = self._post  # type: ignore[method-assign]
        await self._store._writer.run(lambda raw: raw.set_trace_callback(None))

    def _heard(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self.transactions.append([])
        if not statement.startswith(FRAME):
            self.transactions[-1].append(statement)

    def _hop(self, call: Any) -> None:
        self.hops += 1
        self._post(call)


async def plans(store: SqliteStore, statements: list[str]) -> list[str]:
    """How SQLite would go about each of them."""

    def explain(raw: Any) -> list[str]:
        return [row[3] for one in statements for row in raw.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()]

    return await store._writer.run(explain)
