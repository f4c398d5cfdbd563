"""A folder of YAML in, a municipality out; or everything that is wrong with it, at once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from bot.municipality import build, forms
from bot.municipality.municipality import Municipality
from bot.municipality.problems import MunicipalityError, Problem
from bot.municipality.sheets import Sheet, check_form
from bot.municipality.yaml_file import read

EXAMPLE = Path(__file__).parent / "example"

F = TypeVar("F", bound=forms.Form)


@dataclass(frozen=True, slots=True)
class Sheets:
    """All files of a folder, each checked against its form."""

    municipality: Sheet[forms.MunicipalityForm]
    colonias: Sheet[forms.ColoniasForm]
    sectors: Sheet[forms.SectorsForm]
    staff: Sheet[forms.StaffForm]
    lists: Sheet[forms.ListsForm]
    kinds: Sheet[forms.KindsForm]
    directory: Sheet[forms.DirectoryForm]
    service: Sheet[forms.ServiceForm]
    templates: Sheet[forms.TemplatesForm]
    texts: Sheet[forms.TextsForm]

    def problems(self) -> list[Problem]:
        """What is wrong inside each file, taken alone."""
        return [problem for name in self.__slots__ for problem in getattr(self, name).problems]


def read_folder(folder: Path, today: date) -> Sheets:
    """Every file of the folder."""

    def sheet(form: type[F]) -> Sheet[F]:
        name = form.__doc__ or ""
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
    sheets = read_folder(folder or EXAMPLE, today or datetime.now(UTC).date())
    problems = sheets.problems()
    if problems:
        raise MunicipalityError(problems)
    return assemble(sheets)


def assemble(sheets: Sheets) -> Municipality:
    """The forms, sound by now, as one value."""
    town, kinds = sheets.municipality.content, sheets.kinds.content
    lists = build.named_lists(sheets.lists.content)
    return Municipality(
        name=town.name,
        programme=town.programme,
        language=town.language,
        time_zone=town.time_zone,
        formal=town.treatment == "usted",
        sector_word=town.sector_word,
        example=town.example,
        privacy=build.privacy(town.privacy),
        territory=build.territory(town, sheets.colonias.content, sheets.sectors.content),
        kinds=build.kinds(kinds),
        questions=build.questions(kinds),
        directory=build.directory(sheets.directory.content),
        staff=build.staff(sheets.staff.content, lists.values()),
        lists=lists,
        service=build.service(sheets.service.content),
        templates=build.templates(sheets.templates.content),
        texts=dict(sheets.texts.content.texts),
    )


def copy_example(folder: Path) -> None:
    """The packaged example, for the municipality to edit; never over files that are already there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"«{folder}» no está vacía; no se tocó nada")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
