"""The kinds of values that staff write, and what is said when one is not as it should be."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from bot.domain.concern import Confidentiality, Priority
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.service_level import Hearer
from bot.municipality.problems import did_you_mean

UNITS = {
    "s": "seconds",
    "seg": "seconds",
    "min": "minutes",
    "h": "hours",
    "hora": "hours",
    "horas": "hours",
    "día": "days",
    "días": "days",
    "dia": "days",
    "dias": "days",
    "semana": "weeks",
    "semanas": "weeks",
}
DAYS = {"lunes": 0, "martes": 1, "miércoles": 2, "jueves": 3, "viernes": 4, "sábado": 5, "domingo": 6}
PRIORITIES = {priority.name: priority for priority in Priority}
CONFIDENTIALITY = {
    "normal": Confidentiality.NORMAL,
    "reservado": Confidentiality.HANDLER_ONLY,
    "lista": Confidentiality.LISTED,
}
ROLES = {"oficial": Role.OFFICER, "mando": Role.SUPERVISOR}
HEARERS = {"siguiente": Hearer.NEXT_OFFICER, "mando": Hearer.SUPERVISOR, "todos": Hearer.EVERYONE}
ENDINGS = {
    "atendido": Disposition.ATTENDED,
    "lo_resolvio_otro": Disposition.SOLVED_BY_OTHER,
    "sin_localizar": Disposition.NOT_LOCATED,
    "duplicado": Disposition.DUPLICATE,
    "no_nos_toca": Disposition.NOT_OURS,
}
TIP_SUBJECTS = (
    "vecinos-vigilantes",
    "casa-segura",
    "viaje",
    "extorsion-telefonica",
    "en-la-calle",
    "cajero",
    "vehiculo-y-moto",
    "ninez-en-linea",
    "violencia-de-genero",
    "huracanes",
    "comerciantes",
    "adultos-mayores",
)


def wrong(text: str) -> PydanticCustomError:
    """An error whose words are already ours."""
    return PydanticCustomError("said", "{said}", {"said": text})


def one_of(words: dict[str, Any]) -> BeforeValidator:
    """One of a few words, each meaning one of our values."""

    def read(value: object) -> Any:
        if isinstance(value, str) and value in words:
            return words[value]
        raise wrong(f"«{value}» no es ninguno de {', '.join(words)}{did_you_mean(str(value), words)}")

    return BeforeValidator(read)


def read_slug(value: str) -> str:
    """Short name by which files refer to each other."""
    if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", value):
        return value
    raise wrong(f"«{value}» solo puede llevar minúsculas sin acento, números y guiones")


def read_duration(value: object) -> timedelta:
    """`4 h`, `15 días`."""
    written = re.fullmatch(r"(\d{1,4})\s*([a-zí]+)", str(value).strip().lower())
    if written is None or written[2] not in UNITS:
        raise wrong(f"«{value}» no es un plazo; escríbalo como «30 min», «4 h» o «15 días»")
    return timedelta(**{UNITS[written[2]]: int(written[1])})


def read_date(value: object, info: ValidationInfo) -> date:
    """A day that already came: nobody confirmed anything tomorrow."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise wrong(f"«{value}» no es una fecha; escríbala como 2026-01-31") from None
    if info.context and day > info.context["today"]:
        raise wrong(f"{day} está en el futuro")
    return day


def read_hour(value: object) -> time:
    """`07:00`."""
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise wrong(f'«{value}» no es una hora; escríbala como "07:00"') from None


def read_phone(value: str) -> str:
    """Ten digits of Mexico, set in groups."""
    try:
        number = phonenumbers.parse(value, "MX")
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    if number.country_code != 52 or not phonenumbers.is_valid_number(number):
        raise wrong(f"«{value}» no es un teléfono mexicano de 10 dígitos{old_prefix(value)}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def old_prefix(value: str) -> str:
    """Why a number that looks right is not: the prefixes abolished in 2019."""
    return "; quite el 01, 044, 045 o el 1 de +52 1" if re.match(r"\s*(01|044|045|\+?52\s?1)", value) else ""


def read_dialled(value: str) -> str:
    """A number of the directory: three digits, or ten; a menu option or an extension may follow."""
    rest = re.search(r"\s+(opción|ext\.?)\s+\d+$", value)
    number = value[: rest.start()] if rest else value
    dialled = number if re.fullmatch(r"\d{3}", number) else read_phone(number)
    return dialled + (rest[0] if rest else "")


def read_zone(value: object) -> ZoneInfo:
    """A time zone of the IANA table."""
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(f"«{value}» no es una zona horaria, como America/Cancun") from None


def read_flag(value: object) -> object:
    """true and false, or sí and no."""
    return {"sí": True, "si": True, "no": False}.get(value, value) if isinstance(value, str) else value


def listed(value: object) -> object:
    """A single word stands for a list of one."""
    return [value] if isinstance(value, str) else value


def read_code(value: str) -> str:
    """A postal code of five digits."""
    if re.fullmatch(r"\d{5}", value):
        return value
    raise wrong(f"«{value}» no es un código postal de 5 dígitos")


Flag = Annotated[bool, BeforeValidator(read_flag)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Slug = Annotated[str, AfterValidator(read_slug)]
Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Day = Annotated[date, BeforeValidator(read_date)]
Hour = Annotated[time, BeforeValidator(read_hour)]
Phone = Annotated[str, AfterValidator(read_phone)]
Dialled = Annotated[str, AfterValidator(read_dialled)]
PostalCode = Annotated[str, AfterValidator(read_code)]
Zone = Annotated[ZoneInfo, BeforeValidator(read_zone)]
Slugs = Annotated[list[str], BeforeValidator(listed)]
