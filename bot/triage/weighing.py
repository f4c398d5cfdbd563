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


class Rulebook:
    """Rules under their titles, indexed by the first idea that each needs: only those of ideas that were found are tried."""

    def __init__(self, chapters: Mapping[str, Iterable[Rule]]) -> None:
        self._titles = tuple(chapters)
        self._by_first: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for title, rules in chapters.items():
            for rule in rules:
                self._by_first[rule.needs[0]].append((title, rule))

    def weigh(self, where: Where) -> dict[str, tuple[float, tuple[Hit, ...]]]:
        """For each title with a rule that holds, in their order: its points and the hits behind them."""
        found: dict[str, list[tuple[float, tuple[Hit, ...]]]] = defaultdict(list)
        for idea in where:
            for title, rule in self._by_first.get(idea, ()):
                hits = satisfied(rule, where)
                if hits:
                    found[title].append((rule.points, hits))
        return {title: _sum(found[title]) for title in self._titles if title in found}


class Conditions:
    """Rules of which any is enough."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._book = Rulebook({"": rules})

    def hold(self, where: Where) -> bool:
        """Whether one of them is fulfilled."""
        return bool(self._book.weigh(where))


def _sum(found: Iterable[tuple[float, tuple[Hit, ...]]]) -> tuple[float, tuple[Hit, ...]]:
    """The points of the best rules (the best whole, the others at a quarter), and the hits behind them."""
    scored = sorted(found, reverse=True)
    points = sum(value if rank == 0 else value / 4 for rank, (value, _) in enumerate(scored))
    return points, tuple(dict.fromkeys(hit for _, hits in scored for hit in hits))
