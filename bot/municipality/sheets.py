"""A file checked against its form: what is wrong in it, and the rows that are sound all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.municipality import forms
from bot.municipality.forms import Form
from bot.municipality.problems import Path, Problem, did_you_mean
from bot.municipality.yaml_file import YamlFile

F = TypeVar("F", bound=Form, covariant=True)
R = TypeVar("R")

SAID = {
    "missing": "falta este dato",
    "string_type": "debe ser texto; escríbalo entre comillas",
    "int_type": "debe ser un número entero",
    "float_type": "debe ser un número",
    "bool_type": "debe ser sí o no",
    "list_type": "debe ser una lista",
    "dict_type": "debe llevar «nombre: valor» adentro",
    "model_type": "debe llevar «nombre: valor» adentro",
    "string_too_long": "mide {actual} caracteres y caben {max_length}",
    "string_too_short": "está vacío",
    "too_long": "son {actual_length} y caben {max_length}",
    "too_short": "no puede estar vacío",
    "greater_than_equal": "debe ser {ge} o más",
    "less_than_equal": "debe ser {le} o menos",
    "literal_error": "«{input}» no es ninguno de {expected}",
    "string_pattern_mismatch": "«{input}» no tiene la forma esperada (HX y 32 letras o números)",
    "said": "{said}",
}


@dataclass(frozen=True, slots=True)
class Sheet(Generic[F]):
    """A file, its sound content (None: too broken to go on), and what was wrong."""

    source: YamlFile
    form: F | None
    problems: tuple[Problem, ...] = ()
    kept: Mapping[str, Sequence[int]] = field(default_factory=dict)  # section: positions of sound rows

    @property
    def content(self) -> F:
        """The form of a file in which nothing was wrong."""
        assert self.form is not None
        return self.form

    def rows(self, section: str, rows: Sequence[R]) -> Iterator[tuple[Path, R]]:
        """The sound rows of a section, each with its true position in the file."""
        positions = self.kept.get(section, range(len(rows)))
        for position, row in zip(positions, rows, strict=True):
            yield (section, position), row


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


def check_form(source: YamlFile, form: type[F], today: date) -> Sheet[F]:
    """Checks the file, then once more without the rows that were wrong, so that all else is checked too."""
    if not source.readable:
        return Sheet(source, None, source.problems)
    try:
        return Sheet(source, form.model_validate(source.tree, context={"today": today}))
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems = tuple(source.problem(place(e), say(e, form)) for e in errors)
    content, kept = without_wrong_rows(source.tree, [place(e) for e in errors])
    try:
        return Sheet(source, form.model_validate(content, context={"today": today}), problems, kept)
    except ValidationError:
        return Sheet(source, None, problems)


def without_wrong_rows(
    tree: Mapping[str, Any], wrong: Sequence[Path]
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The content without its wrong rows and unknown sections, and the positions of the rows left."""
    bad: dict[Any, set[Any]] = defaultdict(set)
    for path in wrong:
        bad[path[0]].add(path[1] if len(path) > 1 else None)
    content, kept = {}, {}
    for section, value in tree.items():
        if None in bad[section]:
            continue
        content[section] = value
        if bad[section] and isinstance(value, list):
            kept[section] = [i for i in range(len(value)) if i not in bad[section]]
            content[section] = [value[i] for i in kept[section]]
    return content, kept


def place(error: ErrorDetails) -> Path:
    """Where the error stands, in the file's own words (pydantic marks the key of a mapping with «[key]»)."""
    return tuple(part for part in error["loc"] if part != "[key]")


def say(error: ErrorDetails, form: type[Form]) -> str:
    """The error in Spanish."""
    path = place(error)
    if error["type"] == "extra_forbidden":
        torn = "; si es parte del texto anterior, póngalo entre comillas" if error["input"] is None else ""
        near = did_you_mean(str(path[-1]), fields_at(form, path[:-1]))
        return f"no conozco «{path[-1]}»{near or torn}"
    facts = {**error.get("ctx", {}), "input": error["input"]}
    if isinstance(error["input"], str):
        facts["actual"] = len(error["input"])
    text = SAID.get(error["type"], "no es válido").format_map(facts)
    return text.replace("'", "").replace(" or ", " o ") if error["type"] == "literal_error" else text


def fields_at(form: type[Form], path: Path) -> list[str]:
    """The fields known at a path."""
    here = form
    for part in path:
        inner = (inner_form(info.annotation) for info in here.model_fields.values() if info.alias == part)
        here = next((found for found in inner if found), here)
    return [str(info.alias) for info in here.model_fields.values()]


def inner_form(annotation: Any) -> type[Form] | None:
    """The form inside `list[Form]`, `Form | None` ..."""
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return annotation
    return next((found for arg in get_args(annotation) if (found := inner_form(arg))), None)
