"""The life cycle of a report: the table of design §6, stated again by hand, and what holds on every way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import events
from bot.domain.concern import Priority
from bot.domain.errors import AlreadyClaimed, DomainError, NotAllowedNow, NotYours, TooLate
from bot.domain.report import Change, Disposition, Report, Status, Verb
from bot.domain.roster import Officer, Role
from bot.domain.territory import Place

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
CANUL = Officer(person_id="canul", badge="E-1", name="oficial Canul")
POOT = Officer(person_id="poot", badge="E-2", name="oficial Poot")
AGUILAR = Officer(person_id="aguilar", badge="M-1", name="comandante Aguilar", role=Role.SUPERVISOR)

Act = Callable[[Report, Officer, datetime], Change]
ACTS: dict[str, Act] = {
    "claim": lambda r, by, at: r.claim(by=by, at=at),
    "release": lambda r, by, at: r.release(by=by, at=at, reason="cambio de turno"),
    "reassign": lambda r, by, at: r.reassign(to=POOT, by=by, at=at),
    "ask": lambda r, by, at: r.ask(by=by, text="¿Sigue?", at=at),
    "answer": lambda r, by, at: r.answer(text="Sí", at=at),
    "expire": lambda r, by, at: r.question_expired(at=at),
    "way": lambda r, by, at: r.on_the_way(by=by, at=at),
    "here": lambda r, by, at: r.arrived(by=by, at=at),
    "refer": lambda r, by, at: r.refer(by=by, office="alumbrado", note="", at=at),
    "close": lambda r, by, at: r.close(by=by, disposition=Disposition.ATTENDED, sentence="Listo.", at=at),
    "withdraw": lambda r, by, at: r.withdraw(at=at),
    "reopen": lambda r, by, at: r.reopen(at=at),
    "solved": lambda r, by, at: r.solved_elsewhere(at=at),
}
# Further words and looks change no status, wherever the report stands.
KEEPING: dict[str, Act] = {
    "add": lambda r, by, at: r.add(text="algo más", at=at),
    "note": lambda r, by, at: r.note(by=by, text="nota", at=at),
    "joined": lambda r, by, at: r.joined(by="vecino", at=at),
    "support": lambda r, by, at: r.support(by=by, at=at),
    "decline": lambda r, by, at: r.decline(by=by, at=at),
    "said solved": lambda r, by, at: r.say_solved(answer="yes", at=at),
    "place": lambda r, by, at: r.tell_place(place=Place(colonia="sur"), sectors=("sur",), at=at),
    "again": lambda r, by, at: r.happened_again(by="rosa", at=at),
    "hand over": lambda r, by, at: r.hand_over(to="vecino", at=at),
    "no transfer": lambda r, by, at: r.decline_transfer(by=by, at=at),
    "measured": lambda r, by, at: r.measured(by=by, metres=40, leaving=False, at=at),
    "mediate": lambda r, by, at: r.mediate(by=by, reporter="yes", other="no", at=at),
    "agreement": lambda r, by, at: r.note_agreement(by=by, text="A las 10 se apaga.", at=at),
    "kept": lambda r, by, at: r.agreement_kept(by="rosa", answer="yes", at=at),
    "hold": lambda r, by, at: r.hold(why="reports_hour", at=at),
}

# design §6, read from the document, row by row; "-" is refused, "!" is told who has it.
TABLE = """
          claim    release  reassign ask      answer   expire   way      here     refer    close    withdraw reopen   solved
received  claimed  -        claimed  -        -        -        -        -        referred closed   closed   -        -
claimed   !        received claimed  awaiting -        -        claimed  claimed  referred closed   closed   -        -
awaiting  !        received claimed  awaiting claimed  claimed  awaiting awaiting referred closed   closed   -        -
referred  claimed  -        claimed  -        -        -        -        -        referred closed   closed   -        closed
closed    -        -        -        -        -        -        -        -        -        -        -        received -
"""
NAMES = {
    "received": Status.RECEIVED,
    "claimed": Status.CLAIMED,
    "awaiting": Status.AWAITING_RESIDENT,
    "referred": Status.REFERRED,
    "closed": Status.CLOSED,
}


def cells() -> list[tuple[str, str, str]]:
    verbs, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [(row[0], verb, to) for row in rows for verb, to in zip(verbs, row[1:], strict=True)]


def report_at(status: str, **changes: object) -> Report:
    handler = "canul" if status in ("claimed", "awaiting", "referred", "closed") else None
    plain = Report(
        id="r1",
        folio="12345670",
        draft_id="d1",
        person_id="rosa",
        kind="ruido",
        priority=Priority.P3,
        place=Place(colonia="centro"),
        sectors=("norte",),
        opened_at=NOON,
        updated_at=NOON,
        status=NAMES[status],
        handler_id=handler,
        closed_at=NOON if status == "closed" else None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "verb", "to"), cells())
def test_every_verb_leads_where_the_design_says(status: str, verb: str, to: str) -> None:
    """Sixty-five cells: the status afterwards, or a refusal that changes nothing. A supervisor acts everywhere."""
    before = report_at(status)
    later = NOON + timedelta(minutes=5)
    if to == "!":
        with pytest.raises(AlreadyClaimed) as taken:
            ACTS[verb](before, POOT, later)
        assert taken.value.handler_id == "canul"
    elif to == "-":
        with pytest.raises(NotAllowedNow) as refused:
            ACTS[verb](before, AGUILAR, later)
        assert refused.value.status == NAMES[status]
    else:
        change = ACTS[verb](before, AGUILAR, later)
        assert change.report.status is NAMES[to]
        assert change.report.version == before.version + 1
        assert change.report.updated_at == later
        assert {event.at for event in change.events} == {later}
        assert before == report_at(status)


@pytest.mark.parametrize("status", NAMES)
@pytest.mark.parametrize("verb", KEEPING)
def test_telling_more_never_changes_the_status(status: str, verb: str) -> None:
    before = report_at(status)
    after = KEEPING[verb](before, POOT, NOON).report
    assert (after.status, after.handler_id, after.version) == (before.status, before.handler_id, 1)


@pytest.mark.parametrize("verb", ["release", "ask", "way", "here", "refer", "close"])
def test_only_who_attends_may_go_on_with_it(verb: str) -> None:
    """A colleague is refused; the handler and a supervisor are not."""
    claimed = report_at("claimed")
    with pytest.raises(NotYours):
        ACTS[verb](claimed, POOT, NOON)
    for allowed in (CANUL, AGUILAR):
        assert ACTS[verb](claimed, allowed, NOON).events[0].actor_id == allowed.person_id


@pytest.mark.parametrize("verb", ["refer", "close"])
def test_a_report_of_nobody_is_decided_by_a_supervisor(verb: str) -> None:
    with pytest.raises(NotYours):
        ACTS[verb](report_at("received", handler_id="canul"), CANUL, NOON)


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (30, True), (30.01, False)])
def test_a_report_opens_again_within_thirty_days(days: float, allowed: bool) -> None:
    closed, at = report_at("closed"), NOON + timedelta(days=days)
    if allowed:
        again = closed.reopen(at=at).report
        assert (again.handler_id, again.closed_at, again.disposition) == (None, None, None)
    else:
        with pytest.raises(TooLate):
            closed.reopen(at=at)


def test_opening_says_who_told_it() -> None:
    """The resident, or the officer who noted it down."""
    own, noted = report_at("received"), report_at("received", filed_by="canul")
    assert [Report.open(r).events[0].actor_id for r in (own, noted)] == ["rosa", "canul"]


def test_the_first_claim_is_what_is_measured() -> None:
    """A report that was released and taken again keeps the moment of its first claim."""
    first = report_at("received").claim(by=CANUL, at=NOON).report
    second = first.release(by=CANUL, at=NOON + timedelta(hours=1)).report
    third = second.claim(by=POOT, at=NOON + timedelta(hours=2)).report
    assert (third.claimed_at, third.handler_id) == (NOON, "poot")


def test_closing_again_asks_again_whether_it_is_solved() -> None:
    closed = report_at("claimed", solved="no").close(
        by=CANUL, disposition=Disposition.NOT_LOCATED, sentence="Fuimos.", at=NOON
    )
    assert (closed.report.solved, closed.report.disposition) == (None, Disposition.NOT_LOCATED)


def test_withdrawn_is_how_it_ended() -> None:
    assert report_at("claimed").withdraw(at=NOON).report.disposition is Disposition.WITHDRAWN


def test_a_place_told_later_moves_it_to_that_place_s_sectors() -> None:
    told = report_at("received").tell_place(place=Place(colonia="sur"), sectors=("sur",), at=NOON)
    assert (told.report.place.colonia, told.report.sectors) == ("sur", ("sur",))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*ACTS.values(), *KEEPING.values()]), st.sampled_from([CANUL, POOT, AGUILAR])
        ),
        max_size=25,
    )
)
def test_whatever_is_done_to_it_a_report_stays_in_order(steps: list[tuple[Act, Officer]]) -> None:
    """The version counts the changes; who handles it, how it ended and when agree with the status."""
    report, changes, at = report_at("received"), 0, NOON
    for act, by in steps:
        at += timedelta(minutes=1)
        try:
            change = act(report, by, at)
        except DomainError:
            continue
        report, changes = change.report, changes + 1
        assert len(change.events) in (1, 2)  # solved while another office has it: said, and closed
        assert report.version == changes
        if report.status is Status.RECEIVED:
            assert report.handler_id is None
        if report.status in (Status.CLAIMED, Status.AWAITING_RESIDENT):
            assert report.handler_id is not None
            assert report.claimed_at is not None
        closed = report.status is Status.CLOSED
        assert (report.closed_at is not None, report.disposition is not None) == (closed, closed)
        assert report.status.open is not closed


@pytest.mark.parametrize("kind", sorted(events.KINDS))
def test_every_event_is_read_back_as_it_was_written(kind: str) -> None:
    """Facts go through JSON, where a tuple becomes a list."""
    made = events.KINDS[kind]
    extra = {
        name: f"el {name}" for name in made.__dataclass_fields__ if name not in ("at", "actor_id", "media")
    }
    if "media" in made.__dataclass_fields__:
        extra["media"] = ("m1", "m2")  # type: ignore[assignment]
    event = made(at=NOON, actor_id="canul", **extra)
    stored = {k: list(v) if isinstance(v, tuple) else v for k, v in event.facts().items()}
    assert events.of(event.kind, NOON, "canul", stored) == event


def test_no_event_is_left_out_of_the_table_of_kinds() -> None:
    """An event that `of` does not know could be written and never read again."""
    assert set(events.KINDS) == {kind.__name__ for kind in events.Event.__subclasses__()}


def test_what_stands_in_the_stores_of_towns_is_called_the_same_for_ever() -> None:
    """Statuses, dispositions and verbs are words in tables, and in the refusals that people read."""
    assert [one.value for one in Status] == ["received", "claimed", "awaiting_resident", "referred", "closed"]
    assert [one.value for one in Disposition] == [
        "attended", "solved_by_other", "not_located", "duplicate", "withdrawn", "not_ours",
    ]  # fmt: skip
    assert [one.value for one in Verb] == [
        "claim", "release", "reassign", "ask", "answer", "refer", "close", "solved", "withdraw", "reopen", "advance",
    ]  # fmt: skip


OFFICE: dict[str, Act] = {
    "office_answered": lambda r, by, at: r.office_answered(
        by=by, office="alumbrado", outcome="done", text="Ya quedó.", at=at
    ),
    "pass_on": lambda r, by, at: r.pass_on(
        by=by, office="alumbrado", outcome="done", text="Ya quedó.", at=at
    ),
}


@pytest.mark.parametrize("verb", OFFICE)
def test_an_office_answers_while_the_report_is_open(verb: str) -> None:
    change = OFFICE[verb](report_at("referred"), CANUL, NOON)
    assert change.report.status is Status.REFERRED
    assert change.events[0].actor_id == "canul"
    with pytest.raises(NotAllowedNow) as refused:
        OFFICE[verb](report_at("closed"), CANUL, NOON)
    assert refused.value.args == NotAllowedNow(Status.CLOSED, verb).args


def test_an_office_that_answered_by_itself_is_nobody_of_ours() -> None:
    said: dict[str, Any] = {
        "by": None,
        "office": "alumbrado",
        "outcome": "done",
        "text": "Ya quedó.",
        "at": NOON,
    }
    here = report_at("referred")
    assert [one.events[0].actor_id for one in (here.office_answered(**said), here.pass_on(**said))] == [
        None
    ] * 2


@pytest.mark.parametrize("verb", ["want_support", "offer"])
def test_only_who_attends_calls_for_company_or_hands_it_on(verb: str) -> None:
    more = {"to": POOT} if verb == "offer" else {}

    def act(report: Report, by: Officer) -> Change:
        change: Change = getattr(report, verb)(by=by, at=NOON, **more)
        return change

    assert act(report_at("claimed"), CANUL).report.status is Status.CLAIMED
    with pytest.raises(NotYours):
        act(report_at("claimed"), POOT)
    with pytest.raises(NotAllowedNow):
        act(report_at("received"), CANUL)


def test_who_lets_a_report_through_that_was_held() -> None:
    """A supervisor; of a confidential one whoever of its list; while nobody has it."""
    assert report_at("received").let_through(by=AGUILAR, at=NOON).events[0].actor_id == "aguilar"
    assert (
        report_at("received", named_list="mando").let_through(by=CANUL, at=NOON).events[0].actor_id == "canul"
    )
    with pytest.raises(NotYours):
        report_at("received").let_through(by=CANUL, at=NOON)
    with pytest.raises(NotAllowedNow) as refused:
        report_at("claimed").let_through(by=AGUILAR, at=NOON)
    assert refused.value.args == NotAllowedNow(Status.CLAIMED, "let_through").args


def test_what_was_noted_for_a_neighbour_becomes_theirs() -> None:
    change = report_at("received", person_id=None, filed_by="canul").hand_over(to="vecino", at=NOON)
    assert (change.report.person_id, change.events[0].actor_id) == ("vecino", "vecino")


def test_what_is_solved_elsewhere_is_said_and_over() -> None:
    change = report_at("referred").solved_elsewhere(at=NOON)
    assert [type(one).__name__ for one in change.events] == ["SolvedAnswered", "ReportClosed"]
    assert change.events[0].facts()["answer"] == change.report.solved == "yes"
    assert change.report.disposition is Disposition.SOLVED_BY_OTHER


def test_nobody_is_in_the_pilot_who_was_not_said_to_be() -> None:
    """Figures of the pilot colonias are theirs alone."""
    assert not report_at("received").pilot
