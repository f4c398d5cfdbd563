"""The screens of the simulated phones, and the journal of what changed on them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from bot.channels.simulator.limits import Form, Manner
from bot.domain.territory import Point
from bot.messages import Attachment

WINDOW = timedelta(hours=24)
KEPT_BUBBLES = 400  # of each phone: a demonstration left running must not grow for ever
KEPT_CHANGES = 1000


class Side(StrEnum):
    """Who a bubble comes from."""

    MINE = "mine"  # the phone's owner
    THEIRS = "theirs"  # the assistant
    NOTE = "note"  # the simulator, explaining
    PROBLEM = "problem"  # the simulator, showing a bug of ours


class Fate(StrEnum):
    """What became of something that the owner sent: the ticks."""

    SENDING = "sending"
    STORED = "stored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One bubble, as it stands on a screen now."""

    id: str
    side: Side
    at: datetime
    manner: Manner
    title: str = ""
    lines: tuple[str, ...] = ()
    form: Form = field(default_factory=Form)
    pin: Point | None = None
    pin_label: str = ""
    files: tuple[Attachment, ...] = ()
    copy: str = ""
    asks_location: bool = False
    protected: bool = False
    quiet: bool = False
    template: bool = False
    edited: bool = False
    fate: Fate | None = None

    @property
    def text(self) -> str:
        """Everything that is read, in one piece."""
        return "\n".join(part for part in (self.title, *self.lines) if part)

    def label_of(self, token: str) -> str:
        """The words of one of its choices, or nothing when it has no such choice."""
        return next((action.label for action in self.form.choices if action.token == token), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose phone it is."""

    id: str
    name: str
    role: str  # "resident", "officer", "supervisor", "group"
    switchable: bool = False  # may be moved between the two networks
    speaks: str = ""  # in a group: the phone of who writes there


@dataclass(slots=True)
class Phone:
    """One phone: its owner, its network, what is on its screen."""

    owner: Owner
    manner: Manner = Manner.TELEGRAM
    bubbles: list[Bubble] = field(default_factory=list)
    toast: str = ""
    wrote_at: datetime | None = None  # opens WhatsApp's window
    warned: bool = False  # the closed window was explained since the owner last wrote

    @property
    def window_closes_at(self) -> datetime | None:
        """Until when free text may be sent here; None: never opened, or a network without window."""
        return self.wrote_at + WINDOW if self.wrote_at and self.manner is Manner.WHATSAPP else None

    def open_at(self, moment: datetime) -> bool:
        """May free text be sent?"""
        closes_at = self.window_closes_at
        return self.manner is Manner.TELEGRAM or (closes_at is not None and moment < closes_at)

    def bubble(self, bubble_id: str) -> Bubble | None:
        """The bubble of that id, if it is still on the screen."""
        return next((bubble for bubble in reversed(self.bubbles) if bubble.id == bubble_id), None)

    @property
    def last(self) -> Bubble:
        """The newest bubble of the assistant. Raises LookupError when there is none."""
        for bubble in reversed(self.bubbles):
            if bubble.side is Side.THEIRS:
                return bubble
        raise LookupError(f"nothing was said to {self.owner.id}")


class Happened(StrEnum):
    """What changed."""

    BUBBLE = "bubble"  # new, or the same id again with other contents
    REMOVED = "removed"
    PHONE = "phone"  # manner or window
    TOAST = "toast"
    RESET = "reset"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal. `id` holds the run's name, so a page notices a restart."""

    number: int
    id: str
    what: Happened
    phone: str = ""
    bubble: Bubble | None = None
    text: str = ""


class Screens:
    """All phones, and who watches them."""

    def __init__(self, owners: tuple[Owner, ...]) -> None:
        self._owners = owners
        self._run = uuid4().hex[:8]
        self._number = 0
        self._journal: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self._grew = asyncio.Event()
        self.closed = False
        self.phones = {owner.id: Phone(owner) for owner in owners}

    @property
    def last_change(self) -> str:
        """Id of the newest change: what a page that read everything has seen."""
        return f"{self._run}-{self._number}"

    def put(self, phone_id: str, bubble: Bubble) -> Bubble:
        """Show a bubble: in the place of the one with its id, or as the newest."""
        bubbles = self.phones[phone_id].bubbles
        for index, standing in enumerate(bubbles):
            if standing.id == bubble.id:
                bubbles[index] = bubble
                break
        else:
            bubbles.append(bubble)
            del bubbles[:-KEPT_BUBBLES]
        self.tell(Happened.BUBBLE, phone_id, bubble)
        return bubble

    def settle(self, phone_id: str, bubble: Bubble, fate: Fate) -> None:
        """Move the ticks of a bubble, if it is still there."""
        if self.phones[phone_id].bubble(bubble.id):
            self.put(phone_id, replace(bubble, fate=fate))

    def remove(self, phone_id: str, bubble_id: str) -> None:
        """Take a bubble away."""
        phone = self.phones[phone_id]
        if bubble := phone.bubble(bubble_id):
            phone.bubbles.remove(bubble)
            self.tell(Happened.REMOVED, phone_id, bubble)

    def clear(self) -> None:
        """Everything as at the start; each phone stays on the network it was on."""
        manners = {phone_id: phone.manner for phone_id, phone in self.phones.items()}
        self.phones = {owner.id: Phone(owner, manners[owner.id]) for owner in self._owners}
        self.tell(Happened.RESET)

    def tell(
        self, what: Happened, phone_id: str = "", bubble: Bubble | None = None, *, text: str = ""
    ) -> None:
        """Write a line into the journal and wake who watches."""
        self._number += 1
        self._journal.append(Change(self._number, self.last_change, what, phone_id, bubble, text))
        self._wake()

    def close(self) -> None:
        """End every watch."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._grew.set()
        self._grew = asyncio.Event()

    def since(self, seen: str) -> list[Change]:
        """What came after a change; one RESET when that change is of another run or too old."""
        run, _, number = seen.partition("-")
        first = self._journal[0].number if self._journal else self._number + 1
        if run != self._run or not number.isdecimal() or not first - 1 <= int(number) <= self._number:
            return [Change(self._number, self.last_change, Happened.RESET)]
        return [change for change in self._journal if change.number > int(number)]

    async def watch(self, seen: str, idle: float = 15.0) -> AsyncIterator[Change | None]:
        """Every change after `seen`; None when nothing came for `idle` seconds (a sign of life)."""
        while not self.closed:
            grew = self._grew
            for change in self.since(seen):
                seen = change.id
                yield change
            if grew is not self._grew:
                continue
            try:
                await asyncio.wait_for(grew.wait(), idle)
            except TimeoutError:
                yield None
