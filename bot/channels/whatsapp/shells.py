"""Content shells: WhatsApp shows buttons and lists only from a stored content, so ours hold variables alone.

A quick reply of one to three buttons and a list of one to ten rows (each with or without a description) are
made when first needed, once per account; their ids stand in the store that app.py gives.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, Literal, Protocol

from bot.channels import SendError

log = logging.getLogger(__name__)

RETRIED_AFTER = timedelta(minutes=10)


class ShellStore(Protocol):
    """Where the ids of shells are remembered."""

    async def get(self, key: str) -> str | None:
        """The value, or None."""

    async def put(self, key: str, value: str) -> None:
        """Remember; an empty value means forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The shape of a choice: of each option, has it a description? (An empty variable is refused.)"""

    kind: Literal["quick-reply", "list-picker"]
    described: tuple[bool, ...]

    def definition(self) -> dict[str, Any]:
        """What the Content API is asked to make."""
        numbers = count(1)

        def variable() -> str:
            return f"{{{{{next(numbers)}}}}}"

        content = self._buttons(variable) if self.kind == "quick-reply" else self._list(variable)
        samples = {str(number): f"texto {number}" for number in range(1, next(numbers))}
        return {
            "friendly_name": f"proximidad {self.kind} {len(self.described)}",
            "language": "es",
            "variables": samples,
            "types": {f"twilio/{self.kind}": content},
        }

    def _buttons(self, variable: Callable[[], str]) -> dict[str, Any]:
        body = variable()
        actions = [{"type": "QUICK_REPLY", "title": variable(), "id": variable()} for _ in self.described]
        return {"body": body, "actions": actions}

    def _list(self, variable: Callable[[], str]) -> dict[str, Any]:
        body, button = variable(), variable()
        items = []
        for described in self.described:
            item = {"item": variable(), "id": variable()}
            items.append(item | {"description": variable()} if described else item)
        return {"body": body, "button": button, "items": items}


Create = Callable[[dict[str, Any]], Awaitable[str]]  # definition -> ContentSid; raises SendError


class Shells:
    """The ids of shells: remembered, made when missing, left alone for a while after a refusal."""

    def __init__(
        self, account_sid: str, store: ShellStore, create: Create, now: Callable[[], datetime]
    ) -> None:
        self._account_sid = account_sid
        self._store = store
        self._create = create
        self._now = now
        self._sids: dict[Shell, str] = {}
        self._not_before: dict[Shell, datetime] = {}
        self._one_maker: defaultdict[Shell, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def sid(self, shell: Shell) -> str | None:
        """The ContentSid, or None while there is none to be had."""
        if self._resting(shell):
            return None
        if shell not in self._sids:
            async with self._one_maker[shell]:
                await self._find_or_make(shell)
        return self._sids.get(shell)

    async def refused(self, shell: Shell, code: str) -> None:
        """Twilio would not send it: forget its id, and make a new one later."""
        log.warning(
            "shell %s refused (%s): numbered text", shell.kind, code, extra={"action": "whatsapp.shell"}
        )
        self._sids.pop(shell, None)
        self._not_before[shell] = self._now() + RETRIED_AFTER
        await self._store.put(self.key(shell), "")

    def _resting(self, shell: Shell) -> bool:
        until = self._not_before.get(shell)
        return until is not None and self._now() < until

    async def _find_or_make(self, shell: Shell) -> None:
        if shell in self._sids or self._resting(shell):
            return
        sid = await self._store.get(self.key(shell))
        if not sid:
            try:
                sid = await self._create(shell.definition())
            except SendError as error:
                await self.refused(shell, error.code)
                return
            await self._store.put(self.key(shell), sid)
        self._sids[shell] = sid

    def key(self, shell: Shell) -> str:
        """By account and definition: another account or another shape is another content."""
        told = json.dumps([self._account_sid, shell.definition()], sort_keys=True)
        return f"twilio-shell:{sha256(told.encode()).hexdigest()[:32]}"
