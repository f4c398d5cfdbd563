"""Is it danger now, and is it delicate? What the learned weights say of the message is weighed with what is usual for its kinds.

The factors were fitted by logistic regression on messages of voices that the weights had not learned from
(docs/triage.md); only what calms was made stronger, and what shortness costs weaker, by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.triage.model import Judgement
from bot.triage.slugs import CONFIDENTIAL

BASE = -0.16
MESSAGE = 0.44
KIND = 0.41
OVER = -1.3
HABIT = -0.8
SAID_NOW = 0.47
WORD_SHORT = -0.45
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
DELICATE_BASE = -0.45
DELICATE_MESSAGE = 0.20
DELICATE_KIND = 0.48
CONFIDENTIAL_KIND = 0.08
LISTED = 0.28


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
    total = BASE + MESSAGE * _logit(judged.flags["urgent"]) + KIND * _logit(_of_kinds(judged, usual))
    total += SAID_NOW * signs.now
    if signs.points == 0:
        total += WORD_SHORT * max(0, ENOUGH - signs.words)
    if not signs.now and not _lasts(judged):
        total += OVER if signs.calm >= OVER_POINTS else HABIT * signs.habit
    return 1 / (1 + math.exp(-total))


def delicacy(judged: Judgement, usual: Mapping[str, float], listed: bool) -> float:
    """How likely this is delicate, from 0 to 1; `usual` is how often each kind is, `listed` whether the lexicon says so."""
    confidential = sum(judged.chances[slug] for slug in CONFIDENTIAL)
    total = DELICATE_BASE + DELICATE_MESSAGE * _logit(judged.flags["sensitive"])
    total += DELICATE_KIND * _logit(_of_kinds(judged, usual)) + CONFIDENTIAL_KIND * _logit(confidential)
    return 1 / (1 + math.exp(-total - LISTED * listed))


def _of_kinds(judged: Judgement, usual: Mapping[str, float]) -> float:
    return sum(share * usual[slug] for slug, share in judged.chances.items())


def _lasts(judged: Judgement) -> bool:
    return sum(judged.chances[slug] for slug in LASTING) >= LASTING_CHANCE


def _logit(share: float) -> float:
    share = min(max(share, SUREST), 1 - SUREST)
    return math.log(share / (1 - share))
