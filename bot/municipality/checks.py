"""What no single file can know: whether the files agree with each other and with what is promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from bot.domain.concern import Priority
from bot.domain.roster import Role
from bot.domain.service_level import Hearer
from bot.municipality import forms
from bot.municipality.kind_checks import check_kinds
from bot.municipality.places import bare, fold
from bot.municipality.problems import Path, Problem, did_you_mean
from bot.municipality.sheets import Sheet, Sheets

R = TypeVar("R")
ROW_LABEL = 24  # characters of a row, on either channel


def problems_between(sheets: Sheets) -> list[Problem]:
    """Everything that stops the service, beyond what is wrong inside each file."""
    checks: tuple[Callable[[Sheets], Iterable[Problem]], ...] = (
        repeated,
        check_sectors,
        check_staff,
        check_lists,
        check_kinds,
        check_directory,
        check_ladders,
        check_templates,
        check_texts,
    )
    return [problem for check in checks for problem in check(sheets)]


def unknown(
    sheet: Sheet[forms.Form],
    path: Path,
    slugs: Collection[str],
    where: Sheet[forms.Form],
    known: Collection[str] | None,
) -> Iterator[Problem]:
    """The slugs of a row that no row of another file has; silent when that file could not be read."""
    for position, slug in enumerate(slugs):
        if known is not None and slug not in known:
            text = f"no conozco «{slug}»; no está en {where.source.name}{did_you_mean(slug, known)}"
            yield sheet.source.problem((*path, position), text)


def repeated(sheets: Sheets) -> Iterator[Problem]:
    """Two rows with one slug: the second would hide the first."""
    for sheet, section, key in (
        (sheets.colonias, "colonias", "slug"),
        (sheets.sectors, "sectores", "slug"),
        (sheets.staff, "personal", "placa"),
        (sheets.lists, "listas", "slug"),
        (sheets.kinds, "grupos", "slug"),
        (sheets.kinds, "asuntos", "slug"),
        (sheets.directory, "contactos", "slug"),
        (sheets.templates, "plantillas", "nombre"),
    ):
        seen: dict[str, int] = {}
        for index, name in enumerate(sheet.source.names(section, key)):
            if name and seen.setdefault(name, index) != index:
                first = sheet.source.line((section, seen[name], key))
                yield sheet.source.problem((section, index, key), f"«{name}» ya está en la línea {first}")


def check_sectors(sheets: Sheets) -> Iterator[Problem]:
    """Colonias exist, and something takes what no sector takes."""
    sheet = sheets.sectors
    if sheet.form is None:
        return
    known = sheets.colonias.source.slugs("colonias")
    for path, row in sheet.rows("sectores", sheet.form.sectors):
        yield from unknown(sheet, (*path, "colonias"), row.colonias, sheets.colonias, known)
    if not sheet.problems and not any(row.central_desk for row in sheet.form.sectors):
        text = "falta un sector con «mesa_central: sí» que reciba lo que no es de ningún otro"
        yield sheet.source.problem(("sectores",), text)


def check_staff(sheets: Sheets) -> Iterator[Problem]:
    """Sectors exist, and somebody is there to hear when nobody answers."""
    sheet = sheets.staff
    if sheet.form is None:
        return
    known = sheets.sectors.source.slugs("sectores")
    for path, row in sheet.rows("personal", sheet.form.staff):
        yield from unknown(sheet, (*path, "sectores"), row.sectors, sheets.sectors, known)
    if not sheet.problems and all(row.role is not Role.SUPERVISOR for row in sheet.form.staff):
        yield sheet.source.problem(("personal",), "falta al menos una persona con «puesto: mando»")


def check_lists(sheets: Sheets) -> Iterator[Problem]:
    """A confidential list names people who exist, and at least one."""
    sheet = sheets.lists
    if sheet.form is None:
        return
    known = sheets.staff.source.slugs("personal", "placa")
    for path, row in sheet.rows("listas", sheet.form.lists):
        yield from unknown(sheet, (*path, "personal"), row.badges, sheets.staff, known)
        if not row.badges:
            text = "la lista está vacía: nadie recibiría los asuntos confidenciales"
            yield sheet.source.problem((*path, "personal"), text)


def check_directory(sheets: Sheets) -> Iterator[Problem]:
    """Kinds exist; 911 and 089 are ours."""
    sheet = sheets.directory
    if sheet.form is None:
        return
    known = sheets.kinds.source.slugs("asuntos")
    for path, row in sheet.rows("contactos", sheet.form.contacts):
        yield from unknown(sheet, (*path, "mostrar"), row.show_beside, sheets.kinds, known)
        for key, value in (("slug", row.slug), ("numero", row.number)):
            if value in ("911", "089"):
                yield sheet.source.problem((*path, key), f"el {value} ya está incluido; quite este contacto")
        if len(row.name) > ROW_LABEL and not row.short:
            text = f"mide {len(row.name)} caracteres y en una lista caben {ROW_LABEL}: añada «corto»"
            yield sheet.source.problem((*path, "nombre"), text)
        if row.confirmed_on and not row.number:
            yield sheet.source.problem((*path, "confirmado_el"), "está confirmado pero falta el número")


def check_ladders(sheets: Sheets) -> Iterator[Problem]:
    """Each ladder climbs, each priority has one, and a confidential one stays inside its list."""
    sheet = sheets.service
    if sheet.form is None:
        return
    for section, rows in (
        ("escaleras", sheet.form.ladders),
        ("escaleras_confidenciales", sheet.form.listed_ladders),
    ):
        for path, row in sheet.rows(section, rows):
            yield from falls(sheet, (*path, "pasos"), row.steps)
        if section not in sheet.kept:
            yield from uneven(sheet, section, [priority for row in rows for priority in row.priorities])
    for path, row in sheet.rows("escaleras_confidenciales", sheet.form.listed_ladders):
        for index, step in enumerate(row.steps):
            if step.who is Hearer.SUPERVISOR:
                text = "aquí no puede ir «mando»: el aviso saldría de su lista"
                yield sheet.source.problem((*path, "pasos", index, "avisar"), text)


def falls(sheet: Sheet[forms.ServiceForm], path: Path, steps: Sequence[forms.StepForm]) -> Iterator[Problem]:
    """Steps that are not later than the one before."""
    for index, (earlier, later) in enumerate(pairwise(steps), start=1):
        if later.after <= earlier.after:
            yield sheet.source.problem((*path, index, "a_los"), "debe ser más tarde que el paso anterior")


def uneven(sheet: Sheet[forms.ServiceForm], section: str, priorities: list[Priority]) -> Iterator[Problem]:
    """Priorities without a ladder, or with two."""
    for priority in Priority:
        times = Counter(priorities)[priority]
        if times != 1:
            said = "no está en ninguna escalera" if times == 0 else "está en más de una escalera"
            yield sheet.source.problem((section,), f"{priority.name} {said}")


def check_templates(sheets: Sheets) -> Iterator[Problem]:
    """As many variables explained as the text has, numbered from 1."""
    sheet = sheets.templates
    if sheet.form is None:
        return
    for path, row in sheet.rows("plantillas", sheet.form.templates):
        explained = {f"{{{{{number}}}}}" for number in range(1, len(row.variables) + 1)}
        missing = explained ^ set(forms.TEMPLATE_VARIABLE.findall(row.text))
        if missing:
            text = f"el texto y «variables» no coinciden en {', '.join(sorted(missing))}"
            yield sheet.source.problem((*path, "texto"), text)


def check_texts(sheets: Sheets) -> Iterator[Problem]:
    """Own words keep what stands between braces: the folio goes there."""
    sheet = sheets.texts
    if sheet.form is None:
        return
    for ours, own in sheet.form.texts.items():
        missing = set(forms.BRACES.findall(ours)) ^ set(forms.BRACES.findall(own))
        if missing:
            text = f"lo que va entre llaves no coincide: {', '.join(sorted(missing))}"
            yield sheet.source.problem(("textos", ours), text)


def warnings_of(sheets: Sheets) -> list[Problem]:
    """What works, but perhaps not as it was meant."""
    checks = (same_names, idle_sectors, unconfirmed, idle_groups, fictional, forgotten_templates)
    return [problem for check in checks for problem in check(sheets)]


def same_names(sheets: Sheets) -> Iterator[Problem]:
    """Two colonias that answer to one name: the person will be asked which."""
    sheet = sheets.colonias
    owners: dict[str, Path] = {}
    for path, row in sheet.rows("colonias", sheet.form.colonias if sheet.form else []):
        names = dict.fromkeys(bare(fold(name)) for name in (row.name, *row.aliases))
        shared = {name: owners.setdefault(name, path) for name in names}
        for first in dict.fromkeys(owner for owner in shared.values() if owner != path):
            both = ", ".join(f"«{name}»" for name, owner in shared.items() if owner == first)
            text = f"también se llama {both} la de la línea {sheet.source.line(first)}; se preguntará cuál"
            yield sheet.source.problem(path, text)


def idle_sectors(sheets: Sheets) -> Iterator[Problem]:
    """Sectors without an officer, or without a place."""
    sheet = sheets.sectors
    staffed = {slug for row in (sheets.staff.form.staff if sheets.staff.form else []) for slug in row.sectors}
    for path, row in sheet.rows("sectores", sheet.form.sectors if sheet.form else []):
        if sheets.staff.form and row.slug not in staffed:
            yield sheet.source.problem(path, f"el sector «{row.slug}» no tiene ningún oficial")
        if not row.colonias and not row.central_desk:
            yield sheet.source.problem(path, f"el sector «{row.slug}» no tiene colonias")


def unconfirmed(sheets: Sheets) -> Iterator[Problem]:
    """Numbers that nobody will see."""
    text = "sin «confirmado_el» este número no se mostrará"
    sectors, directory = sheets.sectors, sheets.directory
    for path, row in sectors.rows("sectores", sectors.form.sectors if sectors.form else []):
        if row.phone and not row.confirmed_on:
            yield sectors.source.problem((*path, "telefono"), text)
    for path, contact in directory.rows("contactos", directory.form.contacts if directory.form else []):
        if contact.number and not contact.confirmed_on:
            yield directory.source.problem((*path, "numero"), text)


def idle_groups(sheets: Sheets) -> Iterator[Problem]:
    """Rows of the first question with nothing behind them."""
    sheet = sheets.kinds
    used = {row.group for row in sheet.form.kinds} if sheet.form else set()
    for path, row in sheet.rows("grupos", sheet.form.groups if sheet.form else []):
        if row.slug not in used and not sheet.problems:
            yield sheet.source.problem(path, f"el grupo «{row.slug}» no tiene asuntos; no se mostrará")


def fictional(sheets: Sheets) -> Iterator[Problem]:
    """What is still of the example: fine for a demonstration, not for residents."""
    sectors = sum(row.example for row in sheets.sectors.form.sectors) if sheets.sectors.form else 0
    people = sum(row.example for row in sheets.staff.form.staff) if sheets.staff.form else 0
    offices = sum(row.example for row in sheets.directory.form.contacts) if sheets.directory.form else 0
    for sheet, section, marked in (
        (sheets.sectors, "sectores", sectors),
        (sheets.staff, "personal", people),
        (sheets.directory, "contactos", offices),
    ):
        if marked:
            text = f"{marked} siguen marcados «ejemplo»; cámbielos antes de atender a la gente"
            yield sheet.source.problem((section,), text)


def forgotten_templates(sheets: Sheets) -> Iterator[Problem]:
    """Templates that Meta has not approved: outside the window those notices wait."""
    sheet = sheets.templates
    waiting = [row.name for row in sheet.form.templates if not row.content_sid] if sheet.form else []
    if waiting:
        text = f"sin content_sid: {', '.join(waiting)}; esos avisos esperarán a que la persona escriba"
        yield sheet.source.problem(("plantillas",), text)
