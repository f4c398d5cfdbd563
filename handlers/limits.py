"""How much one person is heard at a time. What is beyond it is kept whole, and they are told; 911 is always answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from bot.domain.errors import DomainError, TooManyActs
from bot.domain.roster import Role
from bot.messages import AttachmentKind, Inbound, InboundKind
from bot.questions import MediaRef
from handlers import operator, talks
from handlers.desk.holding import LET_IN
from handlers.here import Here
from handlers.pace import minute_of
from handlers.refusals import in_words
from handlers.resident.danger import NAME as DANGER
from handlers.speaker import Speaker, button
from storage.conversations import Conversation
from storage.due import DueItem
from storage.store import Store, Transaction
from storage.usage import MESSAGES, Count, Held

ALWAYS = frozenset({"m.emergency", "m.menu"})  # taps that are answered whatever the count
NOT_COUNTED = frozenset({"claim"})  # taking a report is never refused for a number
TRIES = 3  # of letting one kept message in; then it is a dead letter


class _Kept(msgspec.Struct):
    """A message as it is kept: what was said, and the files that were noted down for it."""

    inbound: Inbound
    media: list[tuple[str, str]]


def beyond(who: Speaker, talk: Conversation | None) -> bool:
    """Is this more than one person says in a minute, or sends in an hour? Then it is kept, and that is said."""
    if who.role is not Role.RESIDENT or who.let_in or (talk is not None and talk.flow == DANGER):
        return False
    over = [*_messages_over(who), *_files_over(who)]
    if not over:
        return False
    if who.inbound.kind is InboundKind.TAP:
        return _tap_beyond(who)
    _keep(who)
    if min(over) == 1:
        _say_so(who)
    return True


def _messages_over(who: Speaker) -> list[int]:
    """The first half of a minute's messages costs the store no count, as long as we alone hear everybody."""
    limit, pace = who.here.municipality.service.limits.messages_a_minute, who.here.pace
    if not limit or pace.more(who.person.id, who.at, limit // 2):
        return []
    (counted,) = who.tx.usage.count(Count(who.person.id, MESSAGES, minute_of(who.inbound.at)))
    heard = counted + pace.of(who.person.id)
    return [heard - limit] if heard > limit else []


async def resume(store: Store, here: Here, at: datetime) -> None:
    """At the start of a process: what the one before it, or one beside it, heard in this minute and counted nowhere."""
    minute, most = minute_of(at), here.municipality.service.limits.messages_a_minute // 2
    uncounted = await store.read(lambda tx: tx.usage.uncounted(minute))
    here.pace.began(minute, {person: min(n, most) for person, n in uncounted.items()})


def _files_over(who: Speaker) -> list[int]:
    limit = who.here.municipality.service.limits.files_an_hour
    if not limit or not who.media:
        return []
    hour = who.inbound.at.replace(minute=0, second=0, microsecond=0)
    (n,) = who.tx.usage.count(Count(who.person.id, "files", hour))
    return [n - limit] if n > limit else []


def _tap_beyond(who: Speaker) -> bool:
    """A tap carries no words: it can be tapped again in a moment."""
    talk = talks.running(who)
    in_danger = talk is not None and talk.flow == DANGER
    if in_danger or who.here.tokens.open(who.person.id, who.inbound.token) in ALWAYS:
        return False
    who.say(who.t("Va muy rápido. Espere un minuto y toque otra vez, por favor. En una emergencia: 911."))
    return True


def _keep(who: Speaker) -> None:
    kept = _Kept(
        msgspec.structs.replace(who.inbound, raw=b""), [(item.id, item.kind.value) for item in who.media]
    )
    who.tx.usage.hold(who.here.new_id(), who.person.id, msgspec.json.encode(kept), who.at)
    who.tx.inbox.mark(who.inbound.id, "held")
    who.kept_back = True


def _say_so(who: Speaker) -> None:
    """Once a minute, at the first that is kept."""
    t = who.t
    who.say(
        t(
            "Recibí muchos mensajes seguidos. Los guardo, pero ya no los contesto uno por uno: los revisa el mando."
        ),
        t("En un minuto puede seguir aquí. Si hay peligro, llame al 911."),
        actions=(button("911", "m.emergency", "danger"),),
    )
    operator.tell_held(who.tx, who.at)


def count_act(who: Speaker, act: str) -> None:
    """One more tap of staff. Raises TooManyActs beyond the limit of an hour; the supervisors hear of it once."""
    limit = who.here.municipality.service.limits.acts_an_hour
    if who.officer is None or not limit or act in NOT_COUNTED:
        return
    hour = who.at.replace(minute=0, second=0, microsecond=0)
    (n,) = who.tx.usage.count(Count(who.person.id, "acts", hour))
    if n <= limit:
        return
    who.tx.audit.add("acts_refused", who.officer.badge, who.person.id, who.at)
    operator.tell(
        who.tx,
        f"{who.officer.badge} pasó el límite de acciones por hora",
        f"acts:{who.officer.badge}:{hour}",
        who.at,
    )
    raise TooManyActs


# ---- let in by a supervisor ----


def let_in(tx: Transaction, here: Here, item: DueItem, at: datetime, route: Any) -> None:
    """Handle the oldest message that was kept of somebody as if it had just come; the next one follows."""
    kept = tx.usage.held_of(item.subject, most=2)
    tx.due.clear(LET_IN, item.subject)
    if not kept:
        return
    if item.attempts >= TRIES:
        _bury(tx, kept[0], at)
    else:
        _handle(tx, here, kept[0], at, route)
    if len(kept) > 1:
        tx.due.set(LET_IN, item.subject, at)


def _handle(tx: Transaction, here: Here, held: Held, at: datetime, route: Any) -> None:
    person = tx.people.get(held.person_id)
    one = msgspec.json.decode(held.said, type=_Kept)
    if person is not None:
        heard = one.inbound.kind in (InboundKind.MESSAGE, InboundKind.EDIT) and one.inbound.text
        who = Speaker(
            tx=tx,
            here=here,
            person=person,
            officer=None,
            inbound=one.inbound,
            understood=here.triage.read(one.inbound.text, at) if heard else None,
            at=at,
            media=tuple(MediaRef(media, AttachmentKind(kind)) for media, kind in one.media),
            let_in=True,
        )
        try:
            route(who)
        except DomainError as refusal:
            who.say(*in_words(who, refusal))
    tx.usage.let_go(held.id)
    tx.inbox.mark(one.inbound.id, "done")


def _bury(tx: Transaction, held: Held, at: datetime) -> None:
    one = msgspec.json.decode(held.said, type=_Kept)
    tx.inbox.bury(
        source="inbox", key=one.inbound.id, reason="let_in", raw=held.said, at=at, person_id=held.person_id
    )
    tx.usage.let_go(held.id)
    operator.tell(tx, "mensaje retenido que no se pudo atender", f"{at:%Y-%m-%d %H}", at)
