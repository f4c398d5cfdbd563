"""Is it danger now, and is it delicate? What the learned weights say of the message is weighed with what is usual for its kinds.

The factors were fitted by logistic regression on messages of voices that the weights had not learned from
(docs/triage.md). What calms (another day, "ya pasó") has no factor of its own: the weights know it, among their features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from bot.triage.model import Judgement
from bot.triage.slugs import CONFIDENTIAL

BASE = 0.02
MESSAGE = 0.48
KIND = 0.16
SAID_NOW = 0.41
WORD_SHORT = -0.072
SUREST = 1e-4
CERTAIN_POINTS = 12.0
"""With so many points of the rules and nothing that calms, the learned weights are not asked: a municipality's own words."""
CALMS = 1.0
ENOUGH = 9
"""Words; of fewer without a word of danger (a name, "la casa verde") the weights know little."""
DELICATE_BASE = -0.45
DELICATE_MESSAGE = 0.20
DELICATE_KIND = 0.48
CONFIDENTIAL_KIND = 0.08
LISTED = 0.28


class Signs(NamedTuple):
    """What the rules found: points of danger and of calm, whether "now" is said, and how many words were written."""

    points: float
    calm: float
    now: bool
    words: int


def certain(signs: Signs) -> bool:
    """The rules alone are sure."""
    return signs.points >= CERTAIN_POINTS and signs.calm < CALMS


def chance(signs: Signs, judged: Judgement, usual: Mapping[str, float]) -> float:
    """How likely this is danger now, from 0 to 1; `usual` is how often each kind is danger."""
    total = BASE + MESSAGE * _logit(judged.flags["urgent"]) + KIND * _logit(_of_kinds(judged, usual))
    total += SAID_NOW * signs.now
    if signs.points == 0:
        total += WORD_SHORT * max(0, ENOUGH - signs.words)
    return 1 / (1 + math.exp(-total))


def delicacy(judged: Judgement, usual: Mapping[str, float], listed: bool) -> float:
    """How likely this is delicate, from 0 to 1; `usual` is how often each kind is, `listed` whether the lexicon says so."""
    confidential = sum(judged.chances[slug] for slug in CONFIDENTIAL)
    total = DELICATE_BASE + DELICATE_MESSAGE * _logit(judged.flags["sensitive"])
    total += DELICATE_KIND * _logit(_of_kinds(judged, usual)) + CONFIDENTIAL_KIND * _logit(confidential)
    return 1 / (1 + math.exp(-total - LISTED * listed))


def _of_kinds(judged: Judgement, usual: Mapping[str, float]) -> float:
    return sum(share * usual[slug] for slug, share in judged.chances.items())


def _logit(share: float) -> float:
    share = min(max(share, SUREST), 1 - SUREST)
    return math.log(share / (1 - share))
