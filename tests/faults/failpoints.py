"""Named points on the way of a message, where something can be made to happen: no trace of them in the code itself."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.messages import Inbound
from handlers import reception as reception_module
from handlers.delivery import Delivery
from handlers.delivery import sender as sender_module
from handlers.desk import reports as desk
from handlers.reception import Reception
from storage.audit import Audit
from storage.conversations import Conversations
from storage.due import Due
from storage.errors import StoreUnavailable
from storage.group_commit import Committer
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.people import People
from storage.reports import Reports
from storage.usage import Usage
from storage.vault import Vault
from tests.faults.morning import Provider
from tests.handlers.conftest import HastyClock

Patch = pytest.MonkeyPatch
Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Failpoint:
    """Before or after one function."""

    owner: Any
    attribute: str
    when: str = "after"

    @property
    def name(self) -> str:
        owner = getattr(self.owner, "__qualname__", self.owner.__name__.rpartition(".")[2])
        return f"{self.when} {owner}.{self.attribute}"

    def arm(self, patch: Patch, act: Act, at_hit: int) -> None:
        """Let `act` happen when it is passed for the n-th time."""
        original, hits = getattr(self.owner, self.attribute), iter(range(1, 10**9))

        def passed(when: str) -> None:
            if self.when == when and next(hits) == at_hit:
                act()

        def plain(*given: Any, **named: Any) -> Any:
            passed("before")
            result = original(*given, **named)
            passed("after")
            return result

        async def awaited(*given: Any, **named: Any) -> Any:
            passed("before")
            result = await original(*given, **named)
            passed("after")
            return result

        patch.setattr(self.owner, self.attribute, awaited if inspect.iscoroutinefunction(original) else plain)


# What understands a turn, and its unit of work: what is raised there sets the one message aside.
IN_A_TURN = (
    Failpoint(Reception, "_understand"),
    Failpoint(Reception, "_turn", "before"),
    Failpoint(Vault, "take_turn"),
    Failpoint(People, "add"),
    Failpoint(Vault, "add"),
    Failpoint(Reception, "_who"),
    Failpoint(Inbox, "new"),
    Failpoint(Reception, "_window"),
    Failpoint(Reception, "_speaker"),
    Failpoint(reception_module, "route", "before"),
    Failpoint(Conversations, "start"),
    Failpoint(Conversations, "save"),
    Failpoint(Conversations, "end"),
    Failpoint(desk, "open_report", "before"),
    Failpoint(Reports, "add", "before"),
    Failpoint(Reports, "add"),
    Failpoint(Reports, "save"),
    Failpoint(Due, "set"),
    Failpoint(Due, "clear"),
    Failpoint(Outbox, "put", "before"),
    Failpoint(Outbox, "put"),
    Failpoint(reception_module, "route"),
    Failpoint(Reception, "_turn"),
)
# Before it, and around the commit.
AROUND = (
    Failpoint(Reception, "receive", "before"),
    Failpoint(Committer, "commit", "before"),
    Failpoint(Committer, "_attempt", "before"),
    Failpoint(Committer, "_attempt"),
    Failpoint(Committer, "commit"),
    Failpoint(Reception, "receive"),
    Failpoint(Outbox, "take_over"),
    Failpoint(Delivery, "offer", "before"),
    Failpoint(Outbox, "lease"),
    Failpoint(Due, "arrived"),
)
# On the way out of one message.
OUT = (
    Failpoint(Delivery, "_prepare"),
    Failpoint(sender_module, "permitted"),
    Failpoint(Delivery, "_word"),
    Failpoint(Provider, "send", "before"),
    Failpoint(Provider, "send"),
    Failpoint(sender_module, "_accepted", "before"),
    Failpoint(Outbox, "sent"),
    Failpoint(Delivery, "_write"),
)
# What is due.
IN_THE_ROUNDS = (
    Failpoint(Conversations, "expired"),
    Failpoint(Conversations, "to_nudge"),
    Failpoint(Inbox, "forget_raw"),
    Failpoint(Usage, "forget"),
    Failpoint(Audit, "head"),
)


class Planted(Exception):
    """A bug that nobody foresaw."""


def kill(patch: Patch) -> Act:
    """kill -9 of ourselves."""
    return lambda: os.kill(os.getpid(), signal.SIGKILL)


def fail(patch: Patch) -> Act:
    """Our own bug."""

    def act() -> None:
        raise Planted

    return act


def hang(patch: Patch) -> Act:
    """Whoever stands behind this waits, and ten minutes go by: every lease and lane is over."""
    now, gone = HastyClock.now, [timedelta()]

    def late(self: HastyClock) -> datetime:
        return now(self) + gone[0]

    def act() -> None:
        gone[0] += timedelta(minutes=10)
        time.sleep(0.1)

    patch.setattr(HastyClock, "now", late)
    return act


def cancel(patch: Patch) -> Act:
    """Everybody who waits for an answer hangs up, and sends again."""
    receive, running, loops = Reception.receive, set[asyncio.Task[None]](), list[asyncio.AbstractEventLoop]()

    async def interruptible(self: Reception, inbound: Inbound) -> None:
        loops[:] = [asyncio.get_running_loop()]
        task = asyncio.create_task(receive(self, inbound))
        running.add(task)
        try:
            await task
        except asyncio.CancelledError:
            raise StoreUnavailable("gone") from None
        finally:
            running.discard(task)

    def act() -> None:
        for loop in loops:
            loop.call_soon_threadsafe(lambda: [task.cancel() for task in running])

    patch.setattr(Reception, "receive", interruptible)
    return act
