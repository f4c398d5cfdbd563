"""The roster as operations keeps it, a sheet: one row a pattern or a shift. Everything that is wrong is told at once.

All of it is sound or none of it is used. Days and hours are those of the municipality's time zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.domain.duty_plan import Pattern, PlannedShift, spans
from bot.domain.roster import Mode, Role
from bot.municipality.municipality import Municipality
from bot.municipality.problems import did_you_mean
from bot.municipality.spreadsheet import Formula, Row, Value, read_rows, write_book, write_rows

COLUMNS = ("placa", "nombre", "patrón", "primer día", "último día", "entra", "sale", "sectores", "modo")
NEEDED = ("placa", "patron", "primer dia", "entra")
FURTHEST = timedelta(days=400)
LONGEST_ROW = timedelta(days=366)
HEADING_WITHIN = 10  # rows of title above the headings
MODES = {
    Mode.FOOT: ("a pie", "pie", "pie tierra", "caminando"),
    Mode.CAR: ("en patrulla", "patrulla", "auto", "en auto", "carro", "coche", "unidad", "vehiculo"),
    Mode.MOTORCYCLE: ("en moto", "moto", "motocicleta", "en motocicleta"),
}
MODE_OF = {word: mode for mode, words in MODES.items() for word in words}


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong in a row."""

    row: int  # 0: the whole sheet
    text: str

    def __str__(self) -> str:
        return f"Renglón {self.row}: {self.text}" if self.row else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSheet:
    """What a sheet says."""

    shifts: tuple[tuple[int, PlannedShift], ...] = ()  # each with its row
    mistakes: tuple[Mistake, ...] = ()
    without: tuple[str, ...] = ()  # badges that stand in it without any shift

    @property
    def planned(self) -> tuple[PlannedShift, ...]:
        """The shifts alone."""
        return tuple(shift for _, shift in self.shifts)


class _Wrong(Exception):
    """A cell that can't be used, in words."""


def read_roster(path: Path, here: Municipality, now: datetime) -> RosterSheet:
    """A file, checked against the municipality's staff and sectors. Raises SheetRefused for no sheet at all."""
    return check_rows(read_rows(path), here, now)


def check_rows(rows: Sequence[Row], here: Municipality, now: datetime) -> RosterSheet:
    """The shifts of the rows, and everything that is wrong with them."""
    heading = next((row for row in rows[:HEADING_WITHIN] if "placa" in map(_plain, row.cells)), None)
    if heading is None:
        return RosterSheet(mistakes=(Mistake(0, "No hay un renglón de encabezados con «placa»."),))
    names = [_plain(cell) for cell in heading.cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        return RosterSheet(mistakes=(Mistake(heading.number, f"falta la columna {', '.join(missing)}"),))
    return _checked([row for row in rows if row.number > heading.number], names, here, now)


def _checked(rows: Sequence[Row], names: Sequence[str], here: Municipality, now: datetime) -> RosterSheet:
    shifts: list[tuple[int, PlannedShift]] = []
    mistakes: list[Mistake] = []
    without: list[str] = []
    for row in rows:
        cells = dict(zip(names, row.cells, strict=False))
        if row.empty:
            continue
        if not any(cells.get(name) for name in ("patron", "primer dia", "ultimo dia", "entra", "sale")):
            without.append(str(cells.get("placa") or ""))
            continue
        try:
            shifts += [(row.number, shift) for shift in _shifts(cells, here, now)]
        except _Wrong as wrong:
            mistakes.append(Mistake(row.number, str(wrong)))
    mistakes += _overlaps(shifts, here)
    if not shifts and not mistakes:
        mistakes.append(Mistake(0, "No hay ningún turno en la hoja."))
    return RosterSheet(shifts=tuple(shifts), mistakes=tuple(sorted(mistakes)), without=tuple(without))


def _shifts(
    cells: Mapping[str, Value | Formula], here: Municipality, now: datetime
) -> Iterator[PlannedShift]:
    """The shifts of one row. Raises _Wrong with the first thing that is wrong in it."""
    formula = next((name for name, cell in cells.items() if isinstance(cell, Formula)), None)
    if formula is not None:
        raise _Wrong(f"«{formula}» lleva una fórmula; péguela como valor")
    badge = _badge(cells.get("placa"), here)
    pattern = _pattern(cells.get("patron"))
    first = _day(cells.get("primer dia"), "primer día")
    last = _day(cells["ultimo dia"], "último día") if cells.get("ultimo dia") else None
    opens = _hour(cells.get("entra"), "entra")
    closes = _hour(cells["sale"], "sale") if cells.get("sale") else None
    last = _last(pattern, first, last)
    if pattern is Pattern.FREE and closes is None:
        raise _Wrong("un turno libre necesita la hora en «sale»")
    model = PlannedShift(
        badge=badge,
        starts_at=now,
        ends_at=now,
        sectors=_sectors(cells.get("sectores"), here),
        mode=_mode(cells.get("modo")),
    )
    made = spans(pattern, first, last, opens, closes, here.time_zone)
    whole = [replace(model, starts_at=a.astimezone(UTC), ends_at=b.astimezone(UTC)) for a, b in made]
    _in_time(whole[0], whole[-1], here, now)
    yield from whole


def _in_time(first: PlannedShift, last: PlannedShift, here: Municipality, now: datetime) -> None:
    if first.starts_at < now:
        said = first.starts_at.astimezone(here.time_zone)
        raise _Wrong(f"{said:%d/%m/%Y %H:%M} ya pasó")
    if last.starts_at > now + FURTHEST:
        raise _Wrong(f"{last.starts_at:%d/%m/%Y} es demasiado lejos; revise el año")


def _last(pattern: Pattern, first: date, last: date | None) -> date:
    if last is None:
        if pattern is not Pattern.FREE:
            raise _Wrong(f"el patrón {pattern} necesita «último día»")
        return first
    if last < first:
        raise _Wrong("«último día» es antes de «primer día»")
    if last - first > LONGEST_ROW:
        raise _Wrong("abarca más de un año; revise las fechas")
    return last


def _overlaps(shifts: Sequence[tuple[int, PlannedShift]], here: Municipality) -> Iterator[Mistake]:
    """The same person twice at once: told once for each pair of rows."""
    told: set[tuple[int, int]] = set()
    ordered = sorted(shifts, key=lambda pair: (pair[1].badge, pair[1].starts_at))
    longest = ordered[0] if ordered else None
    for other, after in ordered[1:]:
        assert longest is not None
        one, before = longest
        pair = (min(one, other), max(one, other))
        if before.badge != after.badge or after.ends_at > before.ends_at:
            longest = (other, after)
        if before.overlaps(after) and pair not in told:
            told.add(pair)
            when = after.starts_at.astimezone(here.time_zone)
            where = "consigo mismo" if one == other else f"con el renglón {pair[0]}"
            yield Mistake(pair[1], f"{after.badge} se encima {where}: {when:%d/%m/%Y %H:%M}")


def _badge(cell: Value | Formula, here: Municipality) -> str:
    badge = _text(cell)
    if not badge:
        raise _Wrong("falta la placa")
    member = here.member(badge)
    if member is None:
        raise _Wrong(
            f"no hay nadie con la placa «{badge}»{did_you_mean(badge, [m.badge for m in here.staff])}"
        )
    if member.role is not Role.OFFICER:
        raise _Wrong(f"{badge} es de un mando: los mandos no inician turno en el chat")
    return badge


def _pattern(cell: Value | Formula) -> Pattern:
    word = _plain(cell).replace(" ", "").replace("por", "x").replace("*", "x")
    if word in set(Pattern):
        return Pattern(word)
    raise _Wrong(f"«{_text(cell)}» no es un patrón; hay {', '.join(Pattern)}")


DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})"),
)
HOUR = re.compile(r"(\d{1,2})(?::([0-5]\d)(?::00)?)?(?:\s*(?:h|hrs?|horas)\.?)?")


def _day(cell: Value | Formula, name: str) -> date:
    """A day: the sheet's own, 2026-12-01, or 01/12/2026 as written in Mexico."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell).removesuffix(" 00:00:00")
    if not text:
        raise _Wrong(f"falta «{name}»")
    found = next((m for form in DATES if (m := form.fullmatch(text))), None)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else _no_day(text, name)
    except ValueError:
        return _no_day(text, name)


def _no_day(text: str, name: str) -> date:
    raise _Wrong(f"«{text}» no es una fecha en «{name}»; escríbala como 2026-12-31 o 31/12/2026")


def _hour(cell: Value | Formula, name: str) -> time:
    """An hour: the sheet's own, 19:00, 7:00 or 19 h."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0)
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    text = _text(cell)
    if not text:
        raise _Wrong(f"falta «{name}»")
    found = HOUR.fullmatch(_plain(text))
    if found is None or int(found[1]) > 23:
        raise _Wrong(f"«{text}» no es una hora en «{name}»; escríbala como 19:00")
    return time(int(found[1]), int(found[2] or 0))


def _sectors(cell: Value | Formula, here: Municipality) -> tuple[str, ...]:
    """By slug or by name; nothing: those of the officer."""
    known = {_plain(word): s.slug for s in here.territory.sectors for word in (s.slug, s.name)}
    found = []
    for word in filter(None, (part.strip() for part in re.split(r"[;,]", _text(cell)))):
        if _plain(word) not in known:
            raise _Wrong(f"no conozco el sector «{word}»{did_you_mean(_plain(word), known)}")
        found.append(known[_plain(word)])
    return tuple(dict.fromkeys(found))


def _mode(cell: Value | Formula) -> Mode | None:
    word = _plain(cell)
    if not word:
        return None
    if word not in MODE_OF:
        raise _Wrong(f"«{_text(cell)}» no es un modo; hay a pie, patrulla y moto")
    return MODE_OF[word]


def _text(cell: Value | Formula) -> str:
    return "" if cell is None or isinstance(cell, Formula) else str(cell).strip()


def _plain(cell: Value | Formula) -> str:
    """Lower case, no accents, single spaces."""
    bare = unicodedata.normalize("NFKD", _text(cell).casefold())
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())


def write_template(path: Path, here: Municipality) -> None:
    """A sheet to fill: everybody of the staff, and how each column is written. Raises OSError."""
    officers = [member for member in here.staff if member.role is Role.OFFICER]
    rows = [COLUMNS, *((m.badge, m.name, "", "", "", "", "", "", "") for m in officers)]
    if path.suffix.lower() == ".csv":
        write_rows(path, rows)
        return
    sectors = [("sector", "nombre"), *((s.slug, s.name) for s in here.territory.sectors)]
    sheets = {"rol": rows, "instrucciones": INSTRUCTIONS, "sectores": sectors}
    choices = {"C": tuple(Pattern), "I": ("a pie", "patrulla", "moto")}
    write_book(path, sheets, choices, {"D": "yyyy-mm-dd", "E": "yyyy-mm-dd", "F": "hh:mm", "G": "hh:mm"})


INSTRUCTIONS = (
    ("columna", "qué se escribe"),
    ("placa", "Como en personal.yaml. Quien no tenga turno se deja sin llenar; puede repetirse en varios renglones."),
    ("nombre", "Para leerlo mejor; no se importa."),
    ("patrón", "24x24, 12x12, 12x24, 24x48, o libre (de «entra» a «sale», cada día)."),
    ("primer día", "El día en que entra por primera vez: 2026-12-01 o 01/12/2026."),
    ("último día", "El último en que puede entrar. En «libre» puede quedar vacío: un solo turno."),
    ("entra", "Hora en que entra: 07:00."),
    ("sale", "Solo en «libre»: hora en que sale; si es menor que «entra», es del día siguiente."),
    ("sectores", "Vacío: los suyos. Si no, los de la hoja «sectores», separados con punto y coma."),
    ("modo", "a pie, patrulla o moto; puede quedar vacío."),
)  # fmt: skip
