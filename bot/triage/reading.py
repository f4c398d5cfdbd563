"""`Triage.read`: one message in, one `Understanding` out. No clock, no I/O, no log, no exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from bot.triage.alarm import Signs, certain, chance, delicacy
from bot.triage.features import features
from bot.triage.lexicon import Lexicon
from bot.triage.masking import mask
from bot.triage.matching import Hit, Matcher
from bot.triage.model import FLAGS, Judgement
from bot.triage.normal import Ear, Spoken, ends, readable
from bot.triage.passages import LONG, passages
from bot.triage.places import ColoniaLike, Places
from bot.triage.slugs import CONFIDENTIAL, KINDS, SLUGS
from bot.triage.spans import Group
from bot.triage.spelling import Speller, fold, sound
from bot.triage.times import on_calendar, times_named
from bot.triage.understanding import Danger, Guess, Understanding
from bot.triage.weighing import Conditions, Rulebook, Where, by_idea

DANGER, CALM = "peligro", "calma"
DANGER_POINTS = 5.0
NOW = "ahora"
NOW_IDEAS = (NOW, "gerundio")
MOST_GUESSES = 4
ALSO_POINTS = 5.0
ALSO_SHARE = 0.00005
HEAD, TAIL = 600, 300
"""Of a longer message the kind is read at its two ends; danger is sought in every passage."""
MOST_PASSAGES = 8
MOST_TELLING = 3
WITHIN = 0.9
"""One passage by itself must be surer: there are many, and each without what was said before."""
LAST_READ = 256
"""So many messages are remembered as understood: a talk reads its first sentence again at every turn."""


class Heard(NamedTuple):
    """Everything the rules found; also what the weights are trained on."""

    spoken: Spoken
    hits: list[Hit]
    where: Where
    kinds: dict[str, float]
    reasons: dict[str, tuple[Hit, ...]]
    danger: float
    danger_hits: tuple[Hit, ...]
    calm: float
    numbers: Mapping[str, float]


class Triage:
    """Reads messages with one lexicon and one gazetteer."""

    def __init__(self, lexicon: Lexicon, colonias: Sequence[ColoniaLike]) -> None:
        self._lexicon = lexicon
        self._matcher = Matcher(lexicon.ideas)
        self._ear = Ear(lexicon.short_forms, lexicon.signs, Speller(_vocabulary(lexicon)))
        self._rules = Rulebook(lexicon.kinds)
        self._danger_rules = Rulebook({DANGER: lexicon.danger, CALM: lexicon.calm})
        self._delicate_rules = Conditions(lexicon.delicate)
        self._cuts = lexicon.model.cuts
        self._places = Places(colonias)
        self._once = lru_cache(LAST_READ)(self._without_moment)

    def read(self, text: str, at: datetime) -> Understanding:
        """What the message says, as far as can be told."""
        understood, named = self._once(text)
        return replace(understood, times=on_calendar(named, at)) if named else understood

    def _without_moment(self, text: str) -> tuple[Understanding, tuple[tuple[str, Group], ...]]:
        """All that does not hang on the moment, and the times named that do."""
        text = readable(text)
        heard = self.hear(ends(text, HEAD, TAIL))
        judged = self._judge(heard)
        chances = judged.chances
        guesses = self._guesses(heard, chances)
        understood = Understanding(
            danger=self._danger(heard, judged) or self._danger_within(text),
            guesses=guesses,
            also=_also(heard, chances, guesses),
            sensitive=self._sensitive(heard, judged),
            places=self._places.find(text),
            times=(),
            masked=mask(text),
        )
        return understood, times_named(text)

    def hear(self, text: str) -> Heard:
        """The rules' part, without any decision."""
        spoken = self._ear.listen(text)
        hits = self._matcher.find(spoken.words)
        where = by_idea(hits)
        weighed = self._rules.weigh(where)
        kinds = {slug: points for slug, (points, _) in weighed.items()}
        reasons = {slug: hits for slug, (_, hits) in weighed.items()}
        state = self._danger_rules.weigh(where)
        danger, danger_hits = state.get(DANGER, (0.0, ()))
        calm, _ = state.get(CALM, (0.0, ()))
        numbers = features(spoken, hits, calm)
        return Heard(spoken, hits, where, kinds, reasons, danger, danger_hits, calm, numbers)

    def _judge(self, heard: Heard) -> Judgement:
        if self._lexicon.model:
            return self._lexicon.model.judge(heard.numbers)
        total = sum(heard.kinds.values())
        shares = {slug: heard.kinds[slug] / total for slug in SLUGS if slug in heard.kinds} or {"otro": 1.0}
        return Judgement(shares, dict.fromkeys(FLAGS, 0.0))

    def _guesses(self, heard: Heard, chances: Mapping[str, float]) -> tuple[Guess, ...]:
        order = sorted(chances, key=chances.__getitem__, reverse=True)
        return tuple(
            Guess(
                kind=slug,
                score=round(chances[slug], 4),
                reasons=_words(heard.spoken, heard.reasons.get(slug, ())),
            )
            for slug in order[:MOST_GUESSES]
        )

    def _danger(self, heard: Heard, judged: Judgement, enough: float | None = None) -> Danger | None:
        if self._likely(heard, judged) < (self._cuts.get("urgent", 1.0) if enough is None else enough):
            return None
        said = _words(heard.spoken, heard.danger_hits)
        return Danger(words=said or self._telling(heard), plain=bool(said))

    def _telling(self, heard: Heard) -> tuple[str, ...]:
        """When no rule says it, the words that weigh most for danger, as written."""
        weight = self._lexicon.model.alarms_of([word.stem for word in heard.spoken.words])
        first = sorted(sorted(range(len(weight)), key=weight.__getitem__, reverse=True)[:MOST_TELLING])
        return _words(heard.spoken, [Hit("", at, at, False) for at in first if weight[at] > 0])

    def _likely(self, heard: Heard, judged: Judgement) -> float:
        """How likely this is danger now: the rules alone when they are certain, or when nothing was learned."""
        length = len(heard.spoken.text.split())
        signs = Signs(heard.danger, heard.calm, NOW in heard.where, length)
        if self._lexicon.model:
            return 1.0 if certain(signs) else chance(signs, judged, self._lexicon.model.usual["urgent"])
        now = any(idea in heard.where for idea in NOW_IDEAS)
        return float(heard.danger >= DANGER_POINTS and (now or heard.calm < heard.danger))

    def _danger_within(self, text: str) -> Danger | None:
        """Danger in one passage of a long message, which the rest of it would have drowned."""
        for passage in self._most_alarming(passages(text)) if len(text) > LONG else ():
            heard = self.hear(passage)
            danger = self._danger(heard, self._judge(heard), WITHIN)
            if danger is not None:
                return danger
        return None

    def _most_alarming(self, parts: Sequence[str]) -> list[str]:
        """Those worth a closer look, by their most alarming words: time is bounded, and nearly all of a rant is calm."""
        if len(parts) <= MOST_PASSAGES:
            return list(parts)
        return sorted(parts, key=self._alarm_of, reverse=True)[:MOST_PASSAGES]

    def _alarm_of(self, passage: str) -> float:
        stems = {word.stem for word in self._ear.listen(passage).words}
        return sum(sorted(self._lexicon.model.alarms_of(stems), reverse=True)[:MOST_TELLING])

    def _sensitive(self, heard: Heard, judged: Judgement) -> bool:
        listed = self._delicate_rules.hold(heard.where)
        if not self._lexicon.model:
            return listed or any(slug in CONFIDENTIAL for slug in judged.chances)
        usual = self._lexicon.model.usual["sensitive"]
        return delicacy(judged, usual, listed) >= self._cuts["sensitive"]


def _also(heard: Heard, chances: Mapping[str, float], guesses: Sequence[Guess]) -> tuple[str, ...]:
    """Other report kinds that the rules see clearly, in words that the first kind does not use."""
    first = guesses[0].kind if guesses else ""
    if first not in KINDS:
        return ()
    taken = heard.reasons.get(first, ())
    others = [
        slug
        for slug, points in heard.kinds.items()
        if slug in KINDS and slug != first and points >= ALSO_POINTS and chances.get(slug, 0.0) >= ALSO_SHARE
    ]
    return tuple(sorted((slug for slug in others if _apart(heard.reasons[slug], taken)), key=KINDS.index))


def _apart(hits: Sequence[Hit], taken: Sequence[Hit]) -> bool:
    return not any(hit.first <= other.last and other.first <= hit.last for hit in hits for other in taken)


def _words(spoken: Spoken, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The stretches of the message behind the hits, as written."""
    if not hits:
        return ()
    spans = sorted({(spoken.words[hit.first].start, spoken.words[hit.last].end) for hit in hits})
    return tuple(dict.fromkeys(spoken.text[start:end] for start, end in spans))


def _vocabulary(lexicon: Lexicon) -> set[str]:
    """Every whole word the lexicon names, and those the training messages used, by their sound."""
    known = set(lexicon.model.known)
    for phrases in lexicon.ideas.values():
        for phrase in phrases:
            for part in phrase.replace("|", " ").split():
                if not part.endswith("*") and part != "..":
                    known.add(sound(fold(part.lstrip("="))))
    return known
