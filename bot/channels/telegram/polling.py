"""Our own getUpdates loop: an update is committed before the next offset is asked for."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable

import msgspec

from bot.channels import Failure, SendError, StoreUnavailable
from bot.channels.telegram.client import Client
from bot.channels.telegram.errors import result_of
from bot.channels.telegram.inbound import update_id_of
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.wire import TOO_LONG
from bot.messages import Inbound

log = logging.getLogger(__name__)

WAIT = 50  # seconds that Telegram holds a question without news
LIMIT = 100
LONGEST_ANSWER = WAIT + 15.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
SLOW = 30.0  # after a conflict or a revoked token: only a person can mend it

Read = Callable[[bytes], Inbound | None]
Unreadable = Callable[[bytes], Inbound]
Take = Callable[[Inbound], Awaitable[None]]  # raises StoreUnavailable

_batch = msgspec.json.Decoder(list[msgspec.Raw])
_jitter = random.SystemRandom()


class Polling:
    """Asks, hands over, moves on. `trouble` says in a word why it stands still, for the health page."""

    def __init__(self, client: Client, read: Read, unreadable: Unreadable, take: Take) -> None:
        self._client = client
        self._read = read
        self._unreadable = unreadable
        self._take = take
        self._offset = 0
        self._limit = LIMIT
        self._failures = 0
        self.trouble = ""

    async def run(self) -> None:
        """For ever. Whatever goes wrong, it asks again from the same offset."""
        while True:
            try:
                await self.step()
                self._failures, self.trouble = 0, ""
            except SendError as error:
                await self._stand_back(error.code, _pause_after(error, self._failures))
            except StoreUnavailable:
                await self._stand_back("store unavailable", backoff(self._failures))
            except Exception:
                log.exception("polling tripped", extra={"action": "telegram.poll"})
                await self._stand_back("bug", backoff(self._failures))

    async def step(self) -> None:
        """One question and everything it brought, committed. Raises SendError, StoreUnavailable."""
        try:
            body = await self._ask()
        except SendError as error:
            if error.code == TOO_LONG:  # asked the same again, it would be as long for ever
                self._limit = max(1, self._limit // 4)
            raise
        updates = _split(body)
        if updates is None:
            await self._set_aside(body)
        else:
            await self._hand_over(updates)
            self._limit = min(LIMIT, 2 * self._limit)

    async def _ask(self) -> bytes:
        params = {
            "offset": self._offset,
            "limit": self._limit,
            "timeout": WAIT,
            "allowed_updates": ALLOWED_UPDATES,
        }
        status, body = await self._client.ask("getUpdates", params, within=LONGEST_ANSWER)
        if status != 200:
            result_of(status, body)
        return body

    async def _hand_over(self, updates: list[bytes]) -> None:
        """Each person's updates in their order, the persons side by side, so that they share one commit."""
        talks: dict[str, list[Inbound]] = {}
        for update in updates:
            inbound = self._read(update)
            if inbound is not None:
                talks.setdefault(inbound.address.id, []).append(inbound)
        await _all(self._in_turn(talk) for talk in talks.values())
        if updates:
            self._move_past(updates[-1])
        else:  # all is confirmed; asking from the start finds also numbers that began anew
            self._offset = 0

    async def _in_turn(self, talk: list[Inbound]) -> None:
        for inbound in talk:
            await self._take(inbound)

    async def _set_aside(self, body: bytes) -> None:
        """A batch that is no JSON at all: ask for one alone, keep that one whole, go on behind it."""
        if self._limit == 1 and update_id_of(body) is not None:
            await self._take(self._unreadable(body))
            self._move_past(body)
            self._limit = LIMIT
            return
        self._limit = 1
        raise SendError(Failure.RETRY, "200 unreadable")

    def _move_past(self, update: bytes) -> None:
        """By the last one, not by the largest: after a quiet week the numbers begin anew, anywhere."""
        number = update_id_of(update)
        if number is None:
            raise SendError(Failure.RETRY, "200 no update_id")
        self._offset = number + 1

    async def _stand_back(self, code: str, pause: float) -> None:
        self._failures += 1
        self.trouble = code
        level = logging.ERROR if pause >= SLOW else logging.WARNING
        log.log(level, "asking again in %.1f s: %s", pause, code, extra={"action": "telegram.poll"})
        await asyncio.sleep(pause)


def backoff(failures: int) -> float:
    """Seconds until the next try: doubling, with jitter, so that many bots do not come back at once."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10)) * _jitter.uniform(0.5, 1))


def _pause_after(error: SendError, failures: int) -> float:
    """A conflict (a second process, or a webhook, uses our token) or a dead token waits for a person."""
    if error.failure is Failure.MISCONFIGURED:
        return SLOW
    return error.retry_after or backoff(failures)


def _split(body: bytes) -> list[bytes] | None:
    """The updates of an answer, each with its own bytes; None when it is no JSON at all."""
    try:
        return [bytes(update) for update in _batch.decode(result_of(200, body))]
    except (SendError, msgspec.DecodeError, UnicodeDecodeError):
        return _split_loosely(body)


def _split_loosely(body: bytes) -> list[bytes] | None:
    """Half a pair of surrogates in one text makes strict parsers refuse the whole batch."""
    try:
        found = json.loads(body.decode("utf-8", "replace"))
        return [json.dumps(update).encode() for update in found["result"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


async def _all(works: Iterable[Coroutine[None, None, None]]) -> None:
    """All of them to their end; then the first failure, if any."""
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
