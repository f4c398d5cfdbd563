"""The table: event -> who hears which notice, with which facts. Words come only when it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from bot.domain import events
from bot.domain.events import Event
from bot.domain.report import Report


class Lane(IntEnum):
    """What goes first. Alerts never wait behind anything."""

    ALERT = 0
    REPLY = 1
    UPDATE = 2
    BULK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that one person is to hear."""

    person_id: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    lane: Lane = Lane.UPDATE
    report_id: str | None = None
    card: str | None = None  # later notices of the same card edit it in place where the channel can
    dedupe_key: str | None = None
    due_at: datetime | None = None  # None: now
    expires_at: datetime | None = None


# What the resident hears of each event. Nothing of this is ever sent about a confidential report.
RESIDENT_HEARS: Mapping[type[Event], str] = {
    events.ReportClaimed: "report_claimed",
    events.ReportReassigned: "report_claimed",
    events.QuestionAsked: "question_asked",
    events.OfficerOnTheWay: "officer_on_the_way",
    events.ReportReferred: "report_referred",
    events.AnswerPassedOn: "office_said",
    events.ReportClosed: "report_closed",
    events.ReportWithdrawn: "joined_withdrawn",  # whoever withdrew it knows; the neighbours who joined do not
}

# What the officer who attends hears of what the resident does.
HANDLER_HEARS: Mapping[type[Event], str] = {
    events.QuestionAnswered: "question_answered",
    events.QuestionExpired: "question_expired",
    events.SomethingAdded: "something_added",
    events.HappenedAgain: "happened_again",
    events.ReportWithdrawn: "report_withdrawn",
    events.SolvedAnswered: "solved_answered",
    events.SupportOffered: "support_offered",
    events.NeighbourJoined: "neighbour_joined",
    events.PlaceTold: "place_told",
}

# Events after which an alert that others still see must stop looking free, or look free again.
CARD_CHANGES = (
    events.ReportClaimed,
    events.ReportReassigned,
    events.ReportClosed,
    events.ReportReferred,
    events.ReportWithdrawn,
)


def notices_for(
    happened: Iterable[Event],
    report: Report,
    names: Mapping[str, str],
    *,
    alerted: Iterable[str] = (),
    followers: Iterable[str] = (),
) -> list[Notice]:
    """Who hears what. `names`: of the staff, by id; `alerted`: who has the report's alert card."""
    found: list[Notice] = []
    for event in happened:
        found += _to_residents(event, report, names, followers)
        found += _to_handler(event, report, names)
        if isinstance(event, CARD_CHANGES):
            others = [person for person in alerted if person not in (event.actor_id, report.handler_id)]
            found += [_card_change(event, report, names, person) for person in others]
        if isinstance(event, events.ReportReassigned) and event.to_id != event.actor_id:
            found.append(_assigned(event, report))
    return found


def _to_residents(
    event: Event, report: Report, names: Mapping[str, str], followers: Iterable[str]
) -> list[Notice]:
    name = RESIDENT_HEARS.get(type(event))
    if name is None or report.listed:
        return []
    asked = isinstance(event, events.QuestionAsked)
    people = [report.person_id, *(() if asked else followers)]
    facts = {**event.facts(), "officer": names.get(report.handler_id or "", ""), "kind": report.kind}
    return [
        _notice(person, name, event, report, facts)
        for person in dict.fromkeys(people)
        if person is not None and person != event.actor_id
    ]


def _to_handler(event: Event, report: Report, names: Mapping[str, str]) -> list[Notice]:
    name = HANDLER_HEARS.get(type(event))
    if name is None or report.handler_id is None or report.handler_id == event.actor_id:
        return []
    facts = {**event.facts(), "by": names.get(event.actor_id or "", "")}
    return [_notice(report.handler_id, name, event, report, facts)]


def _card_change(event: Event, report: Report, names: Mapping[str, str], person: str) -> Notice:
    return Notice(
        person_id=person,
        name="alert_taken",
        facts={
            "folio": report.folio,
            "handler": names.get(report.handler_id or "", ""),
            "what": event.kind,
            "at": event.at.isoformat(),
        },
        report_id=report.id,
        card=alert_card(report.id),
        dedupe_key=f"taken:{report.id}:{report.version}:{person}",
    )


def _assigned(event: events.ReportReassigned, report: Report) -> Notice:
    return Notice(
        person_id=event.to_id,
        name="report_assigned",
        facts={"folio": report.folio},
        lane=Lane.ALERT,
        report_id=report.id,
        dedupe_key=f"assigned:{report.id}:{report.version}",
    )


def _notice(person: str, name: str, event: Event, report: Report, facts: dict[str, Any]) -> Notice:
    return Notice(
        person_id=person,
        name=name,
        facts={**facts, "folio": report.folio},
        report_id=report.id,
        dedupe_key=f"{event.kind}:{report.id}:{report.version}:{person}",
    )


def alert_card(report_id: str) -> str:
    """The card that all alerts of a report share in one person's chat."""
    return f"alert:{report_id}"
