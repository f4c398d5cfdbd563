"""An officer between two neighbours: only where nobody is hurt or threatened, and only when both want to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.concern import ConcernKind, Priority
from bot.domain.errors import MediationBarred, NotAllowedNow
from bot.domain.mediation import BARRED, LONGEST_POINT, Mediation, State, Will, may_mediate, require_mediable
from bot.domain.questions import BY_DANGER
from bot.municipality import Municipality, load
from bot.municipality.kind_checks import ALWAYS_LISTED
from tests.support.reports import a_report

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
OPEN = Mediation(id="m", report_id="r", mediator_id="canul", opened_at=NOON)
QUARREL = ConcernKind(slug="pleito_vecinal", name="Pleito", short="Pleito", group="x", mediated=True)
PLAIN = a_report(kind="pleito_vecinal")


@pytest.fixture(scope="module")
def town() -> Municipality:
    return load()


@pytest.mark.parametrize("slug", sorted(BARRED | ALWAYS_LISTED))
def test_no_kind_of_violence_is_ever_mediated(slug: str, town: Municipality) -> None:
    """Whatever the municipality's file says: the mark is refused by the check, and means nothing here."""
    kind = town.kinds[slug]
    assert not kind.mediated
    marked = replace(kind, mediated=True)
    assert not may_mediate(marked, a_report(kind=slug))
    with pytest.raises(MediationBarred):
        require_mediable(marked, a_report(kind=slug))


def test_every_kind_that_the_law_of_the_house_lists_is_barred() -> None:
    assert ALWAYS_LISTED <= BARRED


def test_of_the_example_only_the_quarrels_of_neighbours_are_mediated(town: Municipality) -> None:
    assert {kind.slug for kind in town.kinds.kinds if kind.mediated} == {
        "ruido",
        "pleito_vecinal",
        "mascotas",
    }


HURT = [
    ("blows or threats were told: it became urgent", {"priority": Priority.P1}),
    ("danger now", {"priority": Priority.P0, "reason": BY_DANGER}),
    ("words of danger", {"reason": BY_DANGER}),
    ("confidential", {"named_list": "mando"}),
]


@pytest.mark.parametrize(("why", "changes"), HURT, ids=[row[0] for row in HURT])
def test_a_quarrel_with_violence_in_it_is_not_mediated(why: str, changes: dict[str, object]) -> None:
    assert may_mediate(QUARREL, PLAIN)
    assert not may_mediate(QUARREL, replace(PLAIN, **changes))  # type: ignore[arg-type]


def test_a_kind_without_the_mark_is_not_mediated() -> None:
    assert not may_mediate(replace(QUARREL, mediated=False), PLAIN)


@pytest.mark.parametrize("reporter", Will)
@pytest.mark.parametrize("other", Will)
def test_there_is_an_agreement_only_when_both_want_to(reporter: Will, other: Will) -> None:
    heard = OPEN.hear(reporter=reporter, other=other)
    both = (reporter, other) == (Will.YES, Will.YES)
    assert heard.state is (State.DECLINED if Will.NO in (reporter, other) else State.OPEN)
    if both:
        agreed = heard.agree(("Bajar el volumen a las diez",), NOON)
        assert agreed.state is State.AGREED
        with pytest.raises(NotAllowedNow):
            agreed.agree(("Otra cosa",), NOON)
        with pytest.raises(NotAllowedNow):
            agreed.hear(reporter=Will.NO, other=Will.NO)
    else:
        with pytest.raises(NotAllowedNow):
            heard.agree(("Bajar el volumen",), NOON)


@pytest.mark.parametrize("points", [(), ("",), ("x" * (LONGEST_POINT + 1),), ("x",) * 6])
def test_points_are_one_to_five_and_short(points: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="short points"):
        OPEN.hear(reporter=Will.YES, other=Will.YES).agree(points, NOON)
