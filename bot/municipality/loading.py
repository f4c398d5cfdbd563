"""A folder of YAML in, a municipality out; or everything that is wrong with it, at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.municipality import build, forms
from bot.municipality.checks import problems_between, warnings_of
from bot.municipality.content import OwnContent, borrowed, copy_notices, read_content
from bot.municipality.municipality import Municipality
from bot.municipality.polygons import NAME as ZONES
from bot.municipality.polygons import Zones, locator, read_zones
from bot.municipality.problems import MunicipalityError, Problem, Report, did_you_mean
from bot.municipality.sheets import Sheet, Sheets, check_form
from bot.municipality.yaml_file import read

EXAMPLE = Path(__file__).parent / "example"
LEXICON = "lexico"
"""Folder, inside the municipality's, of its own words for triage (docs/triage.md); it may be missing."""

F = TypeVar("F", bound=forms.Form)


def read_folder(folder: Path, today: date) -> Sheets:
    """Every file of the folder."""

    def sheet(form: type[F]) -> Sheet[F]:
        name = forms.NAMES[form]
        return check_form(read(folder / name, required=name not in forms.OPTIONAL), form, today)

    return Sheets(
        municipality=sheet(forms.MunicipalityForm),
        colonias=sheet(forms.ColoniasForm),
        sectors=sheet(forms.SectorsForm),
        staff=sheet(forms.StaffForm),
        lists=sheet(forms.ListsForm),
        kinds=sheet(forms.KindsForm),
        directory=sheet(forms.DirectoryForm),
        service=sheet(forms.ServiceForm),
        templates=sheet(forms.TemplatesForm),
        texts=sheet(forms.TextsForm),
    )


def load(folder: Path | None = None, *, today: date | None = None) -> Municipality:
    """The municipality of a folder (None: the packaged example), or MunicipalityError with every problem."""
    folder = folder or EXAMPLE
    sheets = read_folder(folder, today or tomorrow_somewhere())
    zones, own = zones_of(folder, sheets), read_content(folder)
    problems = [*all_problems(sheets, zones), *own.problems]
    if problems:
        raise MunicipalityError(problems)
    return replace(assemble(sheets, zones, own), lexicon=lexicon_of(folder))


def lexicon_of(folder: Path | None) -> Path | None:
    """The municipality's own words for triage, when it keeps some."""
    own = (folder or EXAMPLE) / LEXICON
    return own if own.exists() else None


def check(folder: Path | None = None, *, today: date | None = None) -> Report:
    """Everything that is wrong or doubtful in a folder; never raises."""
    folder = folder or EXAMPLE
    sheets = read_folder(folder, today or tomorrow_somewhere())
    own = read_content(folder)
    problems = (*all_problems(sheets, zones_of(folder, sheets)), *own.problems)
    town = sheets.municipality.form
    notices = () if town is None or town.example else borrowed(own)
    return Report(problems, (*unknown_files(folder), *warnings_of(sheets), *own.warnings, *notices))


def tomorrow_somewhere() -> date:
    """The latest day that has already begun on Earth."""
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def zones_of(folder: Path, sheets: Sheets) -> Zones:
    """The polygons of a folder."""
    colonias, sectors = sheets.colonias.source.slugs("colonias"), sheets.sectors.source.slugs("sectores")
    return read_zones(folder / ZONES, colonias or (), sectors or ())


def all_problems(sheets: Sheets, zones: Zones) -> list[Problem]:
    """In the order in which one would mend them: file by file, from the top."""
    found = [*sheets.problems(), *problems_between(sheets), *zones.problems]
    order = {name: index for index, name in enumerate(forms.FILES)}
    return sorted(found, key=lambda p: (order.get(p.file, len(order)), p.line, p.path))


def unknown_files(folder: Path) -> Iterator[Problem]:
    """A misspelt optional file would be passed over in silence."""
    for path in sorted(folder.glob("*.y*ml")) + sorted(folder.glob("*.*json")):
        if path.name not in (*forms.FILES, ZONES):
            near = did_you_mean(path.name, (*forms.FILES, ZONES))
            yield Problem(path.name, 0, "", f"no conozco este archivo y no se lee{near}")


def assemble(sheets: Sheets, zones: Zones, own: OwnContent) -> Municipality:
    """The forms, sound by now, as one value."""
    town, kinds = sheets.municipality.content, sheets.kinds.content
    lists = build.named_lists(sheets.lists.content)
    return Municipality(
        name=town.name,
        programme=town.programme,
        language=town.language,
        time_zone=town.time_zone,
        sector_word=town.sector_word,
        example=town.example,
        privacy=build.privacy(town.privacy),
        links=build.links(town.links),
        territory=build.territory(
            town,
            sheets.colonias.content,
            sheets.sectors.content,
            locator(zones.colonias),
            locator(zones.sectors),
        ),
        kinds=build.kinds(kinds),
        questions=build.questions(kinds),
        phrases=build.phrases(kinds),
        directory=build.directory(sheets.directory.content),
        staff=build.staff(sheets.staff.content, lists.values()),
        lists=lists,
        service=build.service(sheets.service.content),
        templates=build.templates(sheets.templates.content),
        texts=dict(sheets.texts.content.texts),
        content=own.texts,
    )


def copy_example(folder: Path) -> None:
    """The packaged example, for the municipality to edit; never over files that are already there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"«{folder}» no está vacía; no se tocó nada")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    copy_notices(folder)
