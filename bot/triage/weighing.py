"""Applies the rules of the lexicon to the ideas found in a message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.triage.lexicon import Rule
from bot.triage.matching import Hit

NEAR = 14
"""Ideas of one rule stand within so many words of each other."""

Where = Mapping[str, Sequence[Hit]]


def by_idea(hits: Iterable[Hit]) -> Where:
    """The hits that are not denied, under their idea."""
    where: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if not hit.denied:
            where[hit.idea].append(hit)
    return where


def satisfied(rule: Rule, where: Where) -> tuple[Hit, ...]:
    """The hits that fulfil the rule, or nothing."""
    for idea in rule.needs:  # nearly every rule ends here, so plain loops
        if idea not in where:
            return ()
    for idea in rule.without:
        if idea in where:
            return ()
    for first in where[rule.needs[0]]:
        chosen = [first]
        for idea in rule.needs[1:]:
            near = [hit for hit in where[idea] if _distance(first, hit) <= NEAR]
            if not near:
                break
            chosen.append(min(near, key=lambda hit: _distance(first, hit)))
        else:
            return tuple(chosen)
    return ()


def _distance(one: Hit, other: Hit) -> int:
    return max(one.first, other.first) - min(one.last, other.last)


def weigh(rules: Iterable[Rule], where: Where) -> tuple[float, tuple[Hit, ...]]:
    """The points of the best rules (the best whole, the others at a quarter), and the hits behind them."""
    found = [(rule.points, hits) for rule in rules if (hits := satisfied(rule, where))]
    if not found:
        return 0.0, ()
    scored = sorted(found, reverse=True)
    points = sum(value if rank == 0 else value / 4 for rank, (value, _) in enumerate(scored))
    return points, tuple(dict.fromkeys(hit for _, hits in scored for hit in hits))
