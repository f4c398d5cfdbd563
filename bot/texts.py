"""What is said, in the language of who reads it: gettext catalogues, dates, lists.

The msgids are the Spanish, so Spanish needs no catalogue and can never be half translated. Catalogues are
read from their `.po`, so a municipality edits a text file and restarts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta

from bot.long_texts import SOURCE, Content, LongTexts

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("es", "en")

Translate = Callable[..., str]


def later(message: str) -> str:
    """Mark a msgid that is translated where it is used; extraction looks for this name."""
    return message


@lru_cache(maxsize=256)
def language(code: str) -> str:
    """The language we speak for a locale code ("en-US" -> "en"); Spanish when we don't know it."""
    short = code.lower().replace("_", "-").split("-")[0]
    return short if short in LANGUAGES else SOURCE


@lru_cache(maxsize=8)
def _catalogue(locale: str) -> NullTranslations:
    if locale == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (LOCALES / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return GNUTranslations(compiled)


class Texts:
    """Everything that depends on the language and the place: one per locale."""

    def __init__(
        self,
        locale: str,
        zone: tzinfo,
        overlay: Mapping[str, str] | None = None,
        content: Content | None = None,
    ) -> None:
        self.locale = locale
        self.zone = zone
        self.long = LongTexts(locale, content)
        self._own = overlay or {}  # the municipality's wording, msgid -> text; Spanish only
        self._catalogue = _catalogue(locale)
        self._babel = "es_MX" if locale == SOURCE else "en_US"

    def __call__(self, message: str, **values: object) -> str:
        """The text of a msgid with its values."""
        text = self._own.get(message) if self.locale == SOURCE else None
        text = text or self._catalogue.gettext(message)
        return text.format(**values) if values else text

    def many(self, one: str, more: str, n: int, **values: object) -> str:
        """The text for a count."""
        return self._catalogue.ngettext(one, more, n).format(n=n, **values)

    def day(self, at: datetime) -> str:
        """ "domingo 22 de noviembre"."""
        return format_date(
            at.astimezone(self.zone),
            "EEEE d 'de' MMMM" if self.locale == SOURCE else "EEEE, MMMM d",
            locale=self._babel,
        )

    def date(self, day: date) -> str:
        """ "15 de enero de 2026"."""
        return format_date(day, "long", locale=self._babel)

    def weekday(self, at: datetime) -> str:
        """ "viernes"."""
        return format_date(at.astimezone(self.zone), "EEEE", locale=self._babel)

    def month(self, at: datetime) -> str:
        """ "noviembre de 2026"."""
        return format_skeleton("yMMMM", at.astimezone(self.zone), locale=self._babel)

    def hour(self, at: datetime) -> str:
        """ "9:05 p.m.", as residents say it."""
        return format_time(at.astimezone(self.zone), "short", locale=self._babel)

    def clock(self, at: datetime) -> str:
        """ "21:05", as officers say it."""
        return at.astimezone(self.zone).strftime("%H:%M")

    def moment(self, at: datetime) -> str:
        """Day and hour, short."""
        local = at.astimezone(self.zone)
        return f"{format_skeleton('MMMEd', local, locale=self._babel)}, {self.hour(at)}"

    def stamp(self, at: datetime) -> str:
        """For the log and officers: "2026-11-22 21:05"."""
        return format_datetime(at.astimezone(self.zone), "yyyy-MM-dd HH:mm", locale=self._babel)

    def span(self, length: timedelta) -> str:
        """ "12 minutos"."""
        return format_timedelta(length, locale=self._babel, threshold=1.5)

    def ago(self, since: timedelta) -> str:
        """ "hace 12 min", short enough for a lock screen."""
        minutes = max(0, int(since.total_seconds() // 60))
        if minutes < 1:
            return self("ahora")
        if minutes < 90:
            return self("hace {n} min", n=minutes)
        hours = minutes // 60
        return self("hace {n} h", n=hours) if hours < 48 else self("hace {n} días", n=hours // 24)

    def listing(self, items: Sequence[str]) -> str:
        """ "a, b y c"; before a word that sounds like i- it is "e"."""
        if len(items) < 2:
            return "".join(items)
        word = "and" if self.locale != SOURCE else "e" if _sounds_i(items[-1]) else "y"
        return f"{', '.join(items[:-1])} {word} {items[-1]}"

    def of(self, places: Sequence[str]) -> str:
        """ "del Sector Norte y de la Mesa central": whose something is, with the article that the name wants."""
        if self.locale != SOURCE:
            return f"of {self.listing(places)}"
        return self.listing([f"de {the}".replace("de el ", "del ") for the in map(_with_article, places)])

    def at(self, places: Sequence[str]) -> str:
        """ "en el Sector Norte y la Mesa central"."""
        if self.locale != SOURCE:
            return f"in {self.listing(places)}"
        return f"en {self.listing([*map(_with_article, places)])}"


MASCULINE = "sector cuadrante distrito polígono poligono centro módulo modulo barrio puesto grupo"
FEMININE = "mesa zona región region sección seccion comandancia delegación delegacion central base"
ARTICLES = {word: the for the, words in (("el ", MASCULINE), ("la ", FEMININE)) for word in words.split()}


def _with_article(place: str) -> str:
    """ "el Sector Norte": as its first word wants it; a name of another kind, "Bacalar", wants none."""
    first, _, rest = place.partition(" ")
    word = first.lower()
    if rest and word in ("el", "la", "los", "las"):
        return f"{word} {rest}"
    return ARTICLES.get(word, "") + place


def _sounds_i(word: str) -> bool:
    low = word.lower()
    return low.startswith(("i", "í", "hi", "hí")) and not low.startswith(("hie", "hia", "io", "ía"))
