"""Words at the card: they join the draft, or say when, where, or who may know. Nobody has to find «Corregir» first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.territory import Place
from bot.questions import LONGEST_TEXT, NotUnderstood, Option, Reply, fold, look_up, match
from bot.texts import Texts
from bot.triage import Understanding
from handlers.here import Here
from handlers.resident.draft import Draft
from handlers.resident.told import heard, in_confidence_only, read_again, when_heard

CARDS = ("send", *(f"send{n}" for n in range(1, 6)))  # the last one takes no more words
HEARD = {card: f"heard_{card}" for card in CARDS}  # where it is kept what the words at a card say
WORDS = 4  # so many, where triage knows nothing of them: what is shorter is rather a slip than a concern
HALF = 0.5  # what seems an intent, or is said by no word of the lexicon, and is less sure than this is none
AROUND = 2  # words beside a time or a place that only hold it: "es en la noche", "fue ayer"
ASKING = frozenset(
    {"que", "como", "cuando", "donde", "quien", "cual", "cuanto", "por", "para", "what", "how"}
)


@dataclass(frozen=True, slots=True)
class Added:
    """What was written at the card, besides its choices."""

    text: str


def added(
    t: Texts, here: Here, options: Sequence[Option[Any]], card: str, text: str
) -> Callable[[Reply], Added | None]:
    """Reads such words, as far as they fit behind what was told. Raises NotUnderstood for more."""
    room = LONGEST_TEXT - len(text) - 1 if card != CARDS[-1] else 0

    def read(reply: Reply) -> Added | None:
        words = reply.text.strip()
        if match(options, reply) is not None or not tells(read_again(here.triage, words), words):
            return None
        if len(words) > room:
            raise NotUnderstood(
                t("Ya no cabe. Envíelo así, y lo demás lo agrega después con «Agregar algo».")
            )
        return Added(words)

    return read


def tells(understood: Understanding, text: str) -> bool:
    """Does it say something of what happens, when or where? A question, a greeting or a slip does not."""
    words = fold(text).split()
    if understood.times or understood.places:
        return True
    if not words or text.endswith("?") or words[0] in ASKING:
        return False
    asks = understood.intent not in (None, "otro") and understood.guesses[0].score >= HALF
    return understood.kind is not None or (len(words) >= WORDS and not asks)


def hear(card: str, words: Added, kind: str) -> Generator[Any, Any, dict[str, Any]]:
    """What they say, read at the moment at which they are said."""
    found: dict[str, Any] = yield from look_up(HEARD[card], "added", text=words.text, kind=kind)
    return found


def look(here: Here, text: str, kind: str, at: datetime) -> dict[str, Any]:
    """The answer to `hear`: when and where, as far as they say it, whether they say nothing else, and what only a
    named list may know."""
    understood = here.triage.read(text, at)
    told = heard(here, text, understood)
    graver = in_confidence_only(here, told)
    return {
        "when": when_heard(understood, kind),
        "only_when": _only(text, [phrase.text for phrase in understood.times]),
        "colonia": told.place.colonia,
        "street": told.place.street,
        "only_where": _only(text, [phrase.text for phrase in understood.places]),
        "apart": graver.kind if graver else "",
    }


def _only(text: str, phrases: list[str]) -> bool:
    """Is next to nothing said besides these?"""
    held = {word for phrase in phrases for word in fold(phrase).split()}
    return bool(held) and sum(word not in held for word in fold(text).split()) <= AROUND


def joined(draft: Draft, text: str, found: dict[str, Any], again: frozenset[str]) -> Draft:
    """The draft with what was added; fields that were corrected `again` stay as they are.

    What is graver than the rest stays out of it and waits as a concern of its own.
    """
    if found["apart"]:
        return replace(draft, also=(*draft.also, (found["apart"], text)))
    when = found["when"] if found["only_when"] or not draft.when else ""
    return replace(
        draft,
        text=f"{draft.text}\n{text}".strip(),
        when=draft.when if "when" in again else when or draft.when,
        place=draft.place if "place" in again else with_place(draft.place, found),
    )


def with_place(place: Place, found: dict[str, Any]) -> Place:
    """A place that was not known is filled in; one that was is changed only by words that say nothing else."""
    if not (found["colonia"] or found["street"]) or (place.street and not found["only_where"]):
        return place
    if place.point is not None or found["colonia"] in ("", place.colonia):
        return replace(place, street=found["street"] or place.street)
    return Place(colonia=found["colonia"], street=found["street"]) if found["only_where"] else place
