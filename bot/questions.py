"""What a flow can ask, and how each question reads a reply.

Every choice takes its button, its number, its label, a typo of it, a yes/no variant or a spoken form.
Reading is pure: the raw reply is stored and read again at each replay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rapidfuzz.distance import OSA

from bot.domain.territory import Point
from bot.messages import AttachmentKind

T = TypeVar("T")
MOST_ROWS = 10  # that a list has on every channel
LONGEST_TEXT = 4000  # characters of one answer; beyond it the person is asked to send it in parts


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


YES = _phrases(
    "si|sip|sii|siii|simon|claro|claro que si|ok|okay|okey|va|vale|dale|sale|correcto|exacto|asi es|esta bien"
    "|de acuerdo|acepto|si acepto|afirmativo|bueno|andale|por favor"
    "|si por favor|si gracias|yes|yeah|👍|✅|👌|🙏"
)
NO = _phrases(
    "no|nop|nel|nones|negativo|nah|nope|❌|👎|para nada|todavia no|aun no|no gracias|ahora no|mejor no"
)
_ORDINALS = {
    "uno": 1, "una": 1, "primero": 1, "primera": 1, "primer": 1, "one": 1,
    "dos": 2, "segundo": 2, "segunda": 2, "two": 2,
    "tres": 3, "tercero": 3, "tercera": 3, "three": 3,
    "cuatro": 4, "cuarto": 4, "cuarta": 4, "cinco": 5, "quinto": 5, "quinta": 5,
    "seis": 6, "sexto": 6, "sexta": 6, "siete": 7, "septimo": 7, "septima": 7,
    "ocho": 8, "octavo": 8, "octava": 8, "nueve": 9, "noveno": 9, "novena": 9, "diez": 10, "decimo": 10,
}  # fmt: skip
_LEADING = frozenset({"la", "el", "opcion", "numero", "num", "no", "the", "lo", "de"})
DENIALS = frozenset({"no", "ni", "sin", "nunca", "nadie", "tampoco", "not", "t", "never"})  # "don t": folded
_DIGITS = re.compile(r"\d{1,2}\ufe0f?\u20e3?[.)]?")
_NOT_WORDS = re.compile(r"[^\w\s👍✅👌🙏❌👎]+")


class _Bare(dict[int, int | None]):
    """What becomes of a sign when its accents go; learned as signs come, there are only so many."""

    def __missing__(self, sign: int) -> int | None:
        gone = unicodedata.combining(chr(sign)) or chr(sign) == "️"
        self[sign] = None if gone else sign
        return self[sign]


_BARE = _Bare()


@lru_cache(256)
def fold(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: how words are compared everywhere, and often twice."""
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()  # a sign may hide a capital: 🄐
    if not plain.isascii():
        plain = plain.translate(_BARE)
    return " ".join(_NOT_WORDS.sub(" ", plain).split())


_folded_label = lru_cache(4096)(fold)  # labels and their words: always the same few hundred


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words and marked, so that nobody takes the half for the whole."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,.;:(") + "…"


def number_in(text: str) -> int | None:
    """The number that a whole message says: "2", "2)", "2️⃣", "la segunda", "opción dos"."""
    words = [word for word in fold(text.replace("⃣", "")).split() if word not in _LEADING]
    if len(words) != 1:
        return None
    if words[0].isascii() and words[0].isdigit() and len(words[0]) <= 2:
        return int(words[0])
    return _ORDINALS.get(words[0])


class NotUnderstood(Exception):
    """The reply does not answer the question; `hint` says why when there is a reason to give."""

    def __init__(self, hint: str = "") -> None:
        super().__init__("not understood")
        self.hint = hint


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file already in our own media store."""

    id: str
    kind: AttachmentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person answered, raw: stored as it is and read anew at each replay."""

    text: str = ""
    choice: str = ""  # key of the tapped option
    point: Point | None = None
    place_name: str = ""
    media: tuple[MediaRef, ...] = ()
    data: Any = None  # what the shell looked up
    at: datetime | None = None  # when the words were said: "anoche" is the night before that

    @property
    def voice(self) -> bool:
        """Did they speak instead of writing?"""
        return any(item.kind in (AttachmentKind.VOICE, AttachmentKind.AUDIO) for item in self.media)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, without what is empty."""
        full = {
            "text": self.text,
            "choice": self.choice,
            "point": [self.point.lat, self.point.lon] if self.point else None,
            "place_name": self.place_name,
            "media": [[item.id, item.kind.value] for item in self.media],
            "at": self.at.isoformat() if self.at and self.text else "",
        }
        kept = {key: value for key, value in full.items() if value}
        return kept if self.data is None else {**kept, "data": self.data}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Reply:
        """What `as_dict` wrote."""
        point, at = stored.get("point"), stored.get("at")
        return cls(
            text=stored.get("text", ""),
            choice=stored.get("choice", ""),
            point=Point(*point) if point else None,
            place_name=stored.get("place_name", ""),
            media=tuple(MediaRef(i, AttachmentKind(k)) for i, k in stored.get("media", ())),
            data=stored.get("data"),
            at=datetime.fromisoformat(at) if at else None,
        )


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One thing to choose: its value, a key for the button, the words that mean it."""

    value: T
    key: str  # ASCII, at most 22 characters
    label: str  # at most 20 as a button, 24 as a row
    description: str = ""
    style: str = ""
    words: tuple[str, ...] = ()  # further words that mean it
    shown: bool = True  # False: understood, but not on the card


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """Something to ask. `lines` are what the person reads."""

    name: str
    lines: tuple[str, ...]
    title: str = ""
    options: tuple[Option[Any], ...] = ()
    as_rows: bool = False  # a list to open instead of buttons
    rows_label: str = ""
    asks_location: bool = False
    patient: bool = False  # what is not understood is simply asked again, with no word about it
    files: bool = False  # does a photo or a voice note answer it?

    @property
    def partial(self) -> str:
        """Where half an answer is kept."""
        return f"{self.name}+"

    def read(self, reply: Reply) -> T:
        """The value of a reply. Raises NotUnderstood."""
        raise NotImplementedError

    def replay(self, stored: Any) -> T:
        """The value of a stored reply. Raises NotUnderstood."""
        return self.read(Reply.from_dict(stored))

    def take(self, reply: Reply, partial: Any) -> tuple[Any, T | None, bool]:
        """A new reply: what to store, its value, and whether more is to come. Raises NotUnderstood."""
        return reply.as_dict(), self.read(reply), False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Question[T]):
    """One of some options."""

    def read(self, reply: Reply) -> T:
        """By button, number, label, other words, a typo, or a yes/no variant. Raises NotUnderstood."""
        found = match(self.options, reply)
        if found is None:
            raise NotUnderstood
        value: T = found.value
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOr(Question[T]):
    """One of some options, or whatever `otherwise` makes of the reply."""

    otherwise: Callable[[Reply], T | None]

    def read(self, reply: Reply) -> T:
        """What is exactly an option is one, so that "2" is the second; then `otherwise`; then what is near.

        Raises NotUnderstood.
        """
        exact = match(self.options, reply, exactly=True)
        value = exact.value if exact is not None else self.otherwise(reply)
        if value is None:
            near = match(self.options, reply)
            if near is None:
                raise NotUnderstood
            value = near.value
        result: T = value
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a person wrote or spoke."""

    text: str = ""
    media: tuple[MediaRef, ...] = ()
    at: datetime | None = None  # when it was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Question[Written]):
    """Free words; a voice note or a photo also counts where `files` says so."""

    shortest: int = 1
    longest: int = LONGEST_TEXT
    too_long: str = ""
    empty: str = ""

    def read(self, reply: Reply) -> Written:
        """Raises NotUnderstood for nothing, or for too much."""
        text = reply.text.strip()
        # "La una" is an hour, not the first.
        spelt = number_in(text) is not None and not _DIGITS.fullmatch(text)
        found = match(self.options, reply) if reply.choice or (self.options and not spelt) else None
        if found is not None:
            return Written(text=str(found.value))
        if len(text) > self.longest:
            raise NotUnderstood(self.too_long)
        if len(text) < self.shortest and not (self.files and reply.media):
            raise NotUnderstood(self.empty)
        return Written(text=text, media=reply.media if self.files else (), at=reply.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather(Question[tuple[Written, ...]]):
    """Files, as many as come, until one of the options (done) is chosen or something is written."""

    def read(self, reply: Reply) -> tuple[Written, ...]:
        """A stored end says what was gathered before it."""
        return tuple(_written(Reply.from_dict(item)) for item in reply.data or ())

    def take(self, reply: Reply, partial: Any) -> tuple[Any, tuple[Written, ...] | None, bool]:
        """Another piece, or the end. Raises NotUnderstood for nothing at all."""
        gathered = list(partial or ())
        if match(self.options, reply) is not None and not reply.media:
            done = Reply(data=gathered)
            return done.as_dict(), self.read(done), False
        if not reply.media and not reply.text.strip():
            raise NotUnderstood
        gathered = [*gathered, reply.as_dict()]
        if not reply.media:  # files come in bursts; what is written ends it
            done = Reply(data=gathered)
            return done.as_dict(), self.read(done), False
        return gathered, None, True


@dataclass(frozen=True, slots=True)
class LookUp:
    """Something that the shell must look up midway; its answer is stored like any other."""

    name: str
    what: str
    arguments: dict[str, Any] = field(default_factory=dict)
    acts: bool = False  # it does something that `back` can't undo

    def replay(self, stored: Any) -> Any:
        """What was found."""
        return Reply.from_dict(stored).data


@dataclass(frozen=True, slots=True)
class Forget:
    """The person corrects: drop these answers, ask those fields even if the first sentence told them."""

    names: tuple[str, ...]
    ask_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Besides:
    """What was written so far that answered no question, and was kept: the flow is told, and nothing is asked."""


def match(options: Sequence[Option[T]], reply: Reply, *, exactly: bool = False) -> Option[T] | None:
    """The option that a reply means, if it means exactly one; `exactly`: no typo, no beginning of a label."""
    if reply.choice:
        return next((option for option in options if option.key == reply.choice), None)
    said = fold(reply.text)
    if not said:
        return None
    return _by_number(options, reply.text) or _by_words(options, said, exactly) or _by_yes_no(options, said)


def _by_number(options: Sequence[Option[T]], text: str) -> Option[T] | None:
    number = number_in(text)
    shown = [option for option in options if option.shown]
    return shown[number - 1] if number is not None and 1 <= number <= len(shown) else None


def _by_words(options: Sequence[Option[T]], said: str, exactly: bool) -> Option[T] | None:
    names = [(option, _folded_label(word)) for option in options for word in (option.label, *option.words)]
    exact = {id(option): option for option, name in names if name == said}
    if exact:
        return next(iter(exact.values()))
    if exactly or len(said) < 4:
        return None
    near = {id(option): option for option, name in names if _near(name, said)}
    return next(iter(near.values())) if len(near) == 1 else None


def _near(name: str, said: str) -> bool:
    """A typo of the label, or its beginning in whole words; never its contrary: "no acepto" is no "sí acepto"."""
    words, wanted = set(said.split()), set(name.split())
    if (words ^ wanted) & DENIALS or any(len(word) < 3 for word in words - wanted):
        return False
    allowed = 1 if len(said) < 8 else 2
    return OSA.distance(name, said, score_cutoff=allowed) <= allowed or name.startswith(said + " ")


def _by_yes_no(options: Sequence[Option[T]], said: str) -> Option[T] | None:
    key = "yes" if said in YES else "no" if said in NO else ""
    return next((option for option in options if option.key == key), None) if key else None


def _written(reply: Reply) -> Written:
    return Written(text=reply.text.strip(), media=reply.media)


def choose(
    name: str, lines: tuple[str, ...], options: Sequence[Option[T]], **more: Any
) -> Generator[Question[T], T, T]:
    """Ask for one of some options."""
    return (yield Choose(name=name, lines=lines, options=tuple(options), **more))


def choose_or(
    name: str,
    lines: tuple[str, ...],
    options: Sequence[Option[T]],
    otherwise: Callable[[Reply], T | None],
    **more: Any,
) -> Generator[Question[T], T, T]:
    """Ask for one of some options, or read the reply with `otherwise`."""
    question = ChooseOr(name=name, lines=lines, options=tuple(options), otherwise=otherwise, **more)
    return (yield question)


def write(name: str, lines: tuple[str, ...], **more: Any) -> Generator[Question[Written], Written, Written]:
    """Ask for words."""
    return (yield Write(name=name, lines=lines, **more))


def gather(
    name: str, lines: tuple[str, ...], done: Sequence[Option[Any]], **more: Any
) -> Generator[Question[tuple[Written, ...]], tuple[Written, ...], tuple[Written, ...]]:
    """Ask for files or words until one of `done` is chosen."""
    return (yield Gather(name=name, lines=lines, options=tuple(done), files=True, **more))


def besides() -> Generator[Besides, tuple[str, ...], tuple[str, ...]]:
    """What was written beside the questions."""
    return (yield Besides())


def look_up(name: str, what: str, *, acts: bool = False, **arguments: Any) -> Generator[LookUp, Any, Any]:
    """Let the shell look something up, or do something midway."""
    return (yield LookUp(name, what, arguments, acts))
