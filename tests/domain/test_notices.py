"""Who hears what of what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.domain import events
from bot.domain.notices import RESIDENT_HEARS, Lane, Notice, alert_card, notices_for
from bot.domain.report import Report

NAMES = {"canul": "oficial Canul", "poot": "oficial Poot", "aguilar": "comandante Aguilar"}
Make = Callable[..., Report]


def heard(notices: list[Notice]) -> set[tuple[str, str]]:
    return {(notice.person_id, notice.name) for notice in notices}


# event, its own fields, who did it -> (person, notice); Canul handles, Rosa told it, Poot was alerted too
TABLE = [
    (events.ReportOpened, {}, "rosa", set()),
    (events.ReportClaimed, {}, "canul", {("rosa", "report_claimed"), ("poot", "alert_taken")}),
    (
        events.ReportReassigned,
        {"to_id": "canul"},
        "aguilar",
        {("rosa", "report_claimed"), ("poot", "alert_taken"), ("canul", "report_assigned")},
    ),
    (events.ReportReleased, {}, "canul", set()),
    (events.QuestionAsked, {"text": "¿Sigue?"}, "canul", {("rosa", "question_asked")}),
    (events.QuestionAnswered, {"text": "Sí"}, "rosa", {("canul", "question_answered")}),
    (events.QuestionExpired, {}, None, {("canul", "question_expired")}),
    (events.HappenedAgain, {}, "rosa", {("canul", "happened_again")}),
    (events.SomethingAdded, {"text": "Más"}, "rosa", {("canul", "something_added")}),
    (events.OfficerOnTheWay, {}, "canul", {("rosa", "officer_on_the_way")}),
    (events.OfficerArrived, {}, "canul", set()),
    (events.NoteAdded, {"text": "Nota"}, "canul", set()),
    (
        events.ReportReferred,
        {"office": "alumbrado"},
        "canul",
        {("rosa", "report_referred"), ("poot", "alert_taken")},
    ),
    (
        events.ReportClosed,
        {"disposition": "attended"},
        "canul",
        {("rosa", "report_closed"), ("poot", "alert_taken")},
    ),
    (events.ReportWithdrawn, {}, "rosa", {("canul", "report_withdrawn"), ("poot", "alert_taken")}),
    (events.ReportReopened, {}, "rosa", set()),
    (events.SolvedAnswered, {"answer": "yes"}, "rosa", {("canul", "solved_answered")}),
    (events.OfficeAnswered, {"office": "cfe", "outcome": "done"}, None, set()),
    (events.AnswerPassedOn, {"office": "cfe", "outcome": "done"}, None, {("rosa", "office_said")}),
    (events.MediationHeard, {"reporter": "yes", "other": "unknown"}, "canul", set()),
    (events.AgreementNoted, {"text": "Bajar el volumen"}, "canul", set()),
    (events.AgreementKept, {"answer": "no"}, "rosa", set()),
    (events.SupportOffered, {}, "poot", {("canul", "support_offered")}),
    (events.SupportWanted, {}, "canul", set()),
    (events.NeighbourJoined, {}, "vecino", {("canul", "neighbour_joined")}),
    (events.ReportHandedOver, {}, "vecino", set()),
    (events.PlaceTold, {"colonia": "sur"}, "rosa", {("canul", "place_told")}),
    (events.AlertDeclined, {}, "poot", set()),
    (
        events.TransferOffered,
        {"to_id": "poot"},
        "canul",
        set(),
    ),  # what passes between colleagues, the desk tells
    (events.TransferDeclined, {}, "poot", set()),
    (events.PlaceMeasured, {"metres": 40}, "canul", set()),
    (events.ReportHeld, {"why": "day"}, None, set()),
    (events.ReportLetThrough, {}, "poot", set()),
]


@pytest.mark.parametrize(
    ("kind", "fields", "by", "wanted"), TABLE, ids=lambda v: getattr(v, "__name__", None)
)
def test_each_event_is_heard_by_those_it_concerns(
    kind: type[events.Event],
    fields: dict[str, str],
    by: str | None,
    wanted: set[tuple[str, str]],
    make_report: Make,
    noon: datetime,
) -> None:
    report = make_report(handler_id="canul", version=3)
    event = kind(at=noon, actor_id=by, **fields)
    assert heard(notices_for([event], report, NAMES, alerted=["canul", "poot"])) == wanted


def test_the_table_above_names_every_event() -> None:
    assert {row[0] for row in TABLE} == set(events.KINDS.values())


@pytest.mark.parametrize(("kind", "fields", "by"), [row[:3] for row in TABLE])
def test_about_a_confidential_report_the_resident_hears_nothing(
    kind: type[events.Event], fields: dict[str, str], by: str | None, make_report: Make, noon: datetime
) -> None:
    report = make_report(named_list="geavig", handler_id="canul")
    event = kind(at=noon, actor_id=by, **fields)
    told = notices_for([event], report, NAMES, alerted=["poot"], followers=["vecino"])
    assert {"rosa", "vecino"}.isdisjoint(notice.person_id for notice in told)


@pytest.mark.parametrize(("kind", "fields", "by"), [row[:3] for row in TABLE])
@pytest.mark.parametrize("actor", ["rosa", "canul", "poot"])
def test_nobody_is_told_what_they_did_themselves(
    kind: type[events.Event],
    fields: dict[str, str],
    by: str | None,
    actor: str,
    make_report: Make,
    noon: datetime,
) -> None:
    """Except an assignment to oneself, which is an order and comes as one."""
    event = kind(at=noon, actor_id=actor, **fields)
    told = notices_for([event], make_report(handler_id="canul"), NAMES, alerted=["canul", "poot"])
    assert actor not in {notice.person_id for notice in told if notice.name != "report_assigned"}


def test_everyone_alerted_hears_that_it_is_taken(make_report: Make, noon: datetime) -> None:
    """On the same card, with the name of who has it."""
    report = make_report(handler_id="canul", version=1)
    claimed = events.ReportClaimed(at=noon, actor_id="canul")
    alerted = ["canul", "poot", "aguilar", "ek"]
    told = [n for n in notices_for([claimed], report, NAMES, alerted=alerted) if n.name == "alert_taken"]
    assert [n.person_id for n in told] == ["poot", "aguilar", "ek"]
    assert {n.card for n in told} == {alert_card("r1")}
    assert {n.facts["handler"] for n in told} == {"oficial Canul"}


def test_who_joined_hears_the_same_news_once_but_not_the_question(make_report: Make, noon: datetime) -> None:
    report = make_report(handler_id="canul")
    way = events.OfficerOnTheWay(at=noon, actor_id="canul")
    asked = events.QuestionAsked(at=noon, actor_id="canul", text="¿Sigue?")
    followers = ["vecino", "rosa", "vecino"]
    assert [n.person_id for n in notices_for([way], report, NAMES, followers=followers)] == ["rosa", "vecino"]
    assert [n.person_id for n in notices_for([asked], report, NAMES, followers=followers)] == ["rosa"]


def test_a_report_of_nobody_tells_nobody(make_report: Make, noon: datetime) -> None:
    report = make_report(person_id=None, handler_id="canul")
    told = notices_for([events.ReportClaimed(at=noon, actor_id="canul")], report, NAMES)
    assert told == []


def test_what_a_resident_hears_carries_the_folio_and_the_officer(make_report: Make, noon: datetime) -> None:
    closed = events.ReportClosed(at=noon, actor_id="canul", disposition="attended", sentence="Ya quedó.")
    (told,) = notices_for([closed], make_report(handler_id="canul"), NAMES)
    assert told.facts == {
        "disposition": "attended",
        "sentence": "Ya quedó.",
        "officer": "oficial Canul",
        "kind": "ruido",
        "folio": "12345670",
    }
    assert (told.lane, told.report_id) == (Lane.UPDATE, "r1")


def test_two_changes_never_share_a_dedupe_key(make_report: Make, noon: datetime) -> None:
    """The same event twice in the life of a report is two notices; the same change twice is one."""
    happened = [
        kind(at=noon, actor_id="canul", **fields) for kind, fields, *_ in TABLE if kind in RESIDENT_HEARS
    ]
    keys = [
        notice.dedupe_key
        for version in (1, 2)
        for notice in notices_for(happened, make_report(handler_id="canul", version=version), NAMES)
    ]
    assert None not in keys
    assert len(keys) == len(set(keys))
