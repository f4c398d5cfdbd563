"""How the real server brings updates: a queue for each chat and each tapping person, until it hears 2xx."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

import aiohttp

FIRST_DELAY, LONGEST_DELAY = 0.02, 0.3  # the real one waits up to two minutes


class Webhook:
    """Posts what is pending to the bot's address."""

    def __init__(self, pending: dict[int, bytes]) -> None:
        self.url = ""
        self.leads_to = ""  # where that address is in truth, when no name server knows it
        self.secret = ""
        self.answers: list[tuple[int, int]] = []  # update, status (0: nobody there)
        self._pending = pending
        self._queues: dict[str, deque[int]] = {}
        self._carriers: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def set(self, url: str, secret: str) -> None:
        """Where to, from now on; "" = nowhere."""
        self.url, self.secret = url, secret
        self._queues.clear()
        for number in self._pending:
            self.arrived(number)

    def arrived(self, number: int) -> None:
        """One more update; a queue that was empty gets a carrier."""
        if not self.url:
            return
        lane = _lane(self._pending[number])
        queue = self._queues.setdefault(lane, deque())
        queue.append(number)
        if len(queue) == 1:
            carrier = asyncio.create_task(self._carry(queue))
            self._carriers.add(carrier)
            carrier.add_done_callback(self._carriers.discard)

    async def close(self) -> None:
        """Stop bringing."""
        carriers = list(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str]]:
        """One POST as Telegram makes it; headers replace the true ones (a forger's)."""
        self._session = self._session or aiohttp.ClientSession()
        true = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}
        given = true if headers is None else headers
        async with self._session.post(self.leads_to or self.url, data=body, headers=given) as answer:
            return answer.status, dict(answer.headers)

    async def _carry(self, queue: deque[int]) -> None:
        """The updates of one queue, one after the other, each until it is taken."""
        while queue:
            await self._bring(queue[0])
            queue.popleft()

    async def _bring(self, number: int) -> None:
        delay = 0.0
        while self.url and number in self._pending:
            status, wait = await self._try(number)
            self.answers.append((number, status))
            if 200 <= status < 300:
                self._pending.pop(number, None)
                return
            await asyncio.sleep(min(wait or delay, LONGEST_DELAY))
            delay = min(max(delay * 2, FIRST_DELAY), LONGEST_DELAY)

    async def _try(self, number: int) -> tuple[int, float]:
        try:
            status, headers = await self.post(self._pending[number])
        except (aiohttp.ClientError, OSError):
            return 0, 0.0
        return status, float(headers.get("Retry-After", 0))


def _lane(update: bytes) -> str:
    """A tap may overtake the message sent just before it: the two stand in different queues."""
    try:
        found: dict[str, Any] = json.loads(update)
    except ValueError:
        return "unreadable"
    if "callback_query" in found:
        return f"tap {found['callback_query']['from']['id']}"
    message = found.get("message") or found.get("edited_message") or found.get("my_chat_member") or {}
    return f"chat {message.get('chat', {}).get('id')}"
