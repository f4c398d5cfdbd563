"""In which order to walk: the urgent first, then each nearest to the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.territory import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Something to see to on the way."""

    key: str
    urgent: bool = False
    point: Point | None = None
    colonia: str = ""


def street_order(stops: Sequence[Stop], start: Point | None = None) -> list[Stop]:
    """Urgent ones as they come; then the nearest next, beginning at `start` or at the first that has a point.

    Greedy, not the shortest of all tours: with a dozen stops in four colonias nobody walks the difference. What has
    no point comes after what has, by colonia.
    """
    urgent = [stop for stop in stops if stop.urgent]
    placed = [stop for stop in stops if not stop.urgent and stop.point is not None]
    rest = sorted((s for s in stops if not s.urgent and s.point is None), key=lambda s: s.colonia)
    here = start or next((stop.point for stop in reversed(urgent) if stop.point), None)
    return [*urgent, *_nearest_next(placed, here), *rest]


def _nearest_next(left: list[Stop], here: Point | None) -> list[Stop]:
    left, walked = list(left), []
    while left:
        nearest = min(left, key=lambda stop: _metres(here, stop.point)) if here else left[0]
        left.remove(nearest)
        walked.append(nearest)
        here = nearest.point
    return walked


def _metres(one: Point | None, other: Point | None) -> float:
    assert one is not None  # only stops with a point are walked so
    assert other is not None
    return one.metres_to(other)
