"""Is it danger now? What the learned weights say of the message is weighed with what is usual for its kind, and with the rules.

The factors were fitted by logistic regression on messages of voices that the weights had not learned from
(docs/triage.md); only what calms was made stronger by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.triage.model import Judgement

BASE = -0.57
MESSAGE = 0.48
KIND = 0.37
POINT = 0.083
OVER = -1.5
HABIT = -1.0
WORD_SHORT = -0.3
MOST_POINTS = 15.0
SUREST = 1e-4
CERTAIN_POINTS = 9.0
"""With so many points of the rules and nothing that calms, the learned weights are not asked."""
CALMS = 1.0
OVER_POINTS = 4.0
"""Points of calm with which a message is taken to tell of something over."""
ENOUGH = 9
"""Words; of fewer without a word of danger (a name, "la casa verde") the weights know little."""
LASTING = ("desaparecida", "crisis_emocional")
"""Of these kinds another day calms nothing: who is missing since yesterday is missing now."""
LASTING_CHANCE = 0.3


class Signs(NamedTuple):
    """What the rules found: points of danger and of calm, whether "now" or "always" is said, and how many words were written."""

    points: float
    calm: float
    now: bool
    words: int
    habit: bool


def certain(signs: Signs) -> bool:
    """The rules alone are sure."""
    return signs.points >= CERTAIN_POINTS and signs.calm < CALMS


def chance(signs: Signs, judged: Judgement, usual: Mapping[str, float]) -> float:
    """How likely this is danger now, from 0 to 1; `usual` is how often each kind is danger."""
    of_kind = sum(share * usual[slug] for slug, share in judged.chances.items())
    total = BASE + MESSAGE * _logit(judged.flags["urgent"]) + KIND * _logit(of_kind)
    total += POINT * min(signs.points, MOST_POINTS)
    if signs.points == 0:
        total += WORD_SHORT * max(0, ENOUGH - signs.words)
    if not signs.now and not _lasts(judged):
        total += OVER if signs.calm >= OVER_POINTS else HABIT * signs.habit
    return 1 / (1 + math.exp(-total))


def _lasts(judged: Judgement) -> bool:
    return sum(judged.chances[slug] for slug in LASTING) >= LASTING_CHANCE


def _logit(share: float) -> float:
    share = min(max(share, SUREST), 1 - SUREST)
    return math.log(share / (1 - share))
