"""Reads the lexicon's YAML files; a mistake is told in Spanish with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from bot.triage.matching import compile_phrase
from bot.triage.model import Model, WeightsError, no_model, read_model
from bot.triage.slugs import SLUGS

PACKAGED = Path(__file__).parent / "data"
IDEA = re.compile(r"[a-z_]+")
OWN_IDEAS = re.compile(r"ideas(?:_\w+)?\.yaml")
MOST_POINTS = 20
SHORTEST_PART = 2


class LexiconError(ValueError):
    """A lexicon file cannot be used: file, line, and what is wrong."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        super().__init__(f"{file.name}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class Rule:
    """These ideas near each other, without those: so many points."""

    needs: tuple[str, ...]
    without: tuple[str, ...]
    points: float

    @property
    def name(self) -> str:
        return " + ".join(self.needs)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that triage knows, as data."""

    ideas: Mapping[str, tuple[str, ...]]
    short_forms: Mapping[str, str]
    signs: Mapping[str, str]
    kinds: Mapping[str, tuple[Rule, ...]]
    danger: tuple[Rule, ...]
    calm: tuple[Rule, ...]
    delicate: tuple[Rule, ...]
    model: Model


def load_lexicon(own: Path | None = None, *, learned: bool = True) -> Lexicon:
    """The packaged lexicon, with what a municipality keeps in its own folder; without weights, if so asked.

    A file of a packaged name takes that file's place; another `ideas_*.yaml` adds ideas, and phrases to known ones.
    """
    files = _files(own)
    ideas = _ideas(files)
    words = _sections(files["palabras.yaml"], ("abreviaturas", "emoji"))
    danger_file = files["peligro.yaml"]
    danger = _sections(danger_file, ("peligro", "calma", "delicado"))
    return Lexicon(
        ideas=ideas,
        short_forms=_pairs(files["palabras.yaml"], words["abreviaturas"]),
        signs=_pairs(files["palabras.yaml"], words["emoji"]),
        kinds=_kinds(files["asuntos.yaml"], ideas),
        danger=tuple(_rules(danger_file, danger["peligro"], ideas)),
        calm=tuple(_rules(danger_file, danger["calma"], ideas)),
        delicate=tuple(_listed_rules(danger_file, danger["delicado"], ideas)),
        model=_model(files["pesos.json"]) if learned else no_model(),
    )


def _files(own: Path | None) -> dict[str, Path]:
    """Name -> file, the municipality's before ours; a file that would never be read is a mistake."""
    files = {file.name: file for file in sorted(PACKAGED.iterdir()) if file.suffix in (".yaml", ".json")}
    if own is None:
        return files
    if not own.is_dir():
        raise LexiconError(own, 1, "no existe esta carpeta del léxico")
    for file in sorted(own.iterdir()):
        if file.name not in files and not OWN_IDEAS.fullmatch(file.name):
            raise LexiconError(file, 1, "no se conoce este archivo; las ideas propias van en ideas_ALGO.yaml")
        files[file.name] = file
    return files


def _model(file: Path) -> Model:
    """Broken weights are an error."""
    try:
        return read_model(file)
    except WeightsError as error:
        raise LexiconError(file, 1, str(error)) from error


def _ideas(files: Mapping[str, Path]) -> dict[str, tuple[str, ...]]:
    ideas: dict[str, tuple[str, ...]] = {}
    for file in (file for name, file in sorted(files.items()) if OWN_IDEAS.fullmatch(name)):
        for name, node in _entries(file, _document(file)):
            if not IDEA.fullmatch(name):
                raise LexiconError(
                    file, _line(node), f"«{name}» no sirve como nombre de idea: use minúsculas y _"
                )
            ideas[name] = (*ideas.get(name, ()), *_phrases(file, node))
    return ideas


def _phrases(file: Path, node: Node) -> Iterator[str]:
    for phrase in _text(file, node).split(","):
        phrase = " ".join(phrase.split())
        if not phrase:
            raise LexiconError(file, _line(node), "hay una frase vacía (¿dos comas seguidas?)")
        for element in compile_phrase(phrase):
            if any(len(part) < SHORTEST_PART for part in (*element.beginnings, *element.endings)):
                raise LexiconError(
                    file, _line(node), f"«{phrase}» encontraría demasiado: alargue lo que acompaña al *"
                )
            if not (element.stems or element.beginnings or element.endings or any(element.keys)):
                raise LexiconError(file, _line(node), f"la frase «{phrase}» no dice nada que buscar")
        yield phrase


def _kinds(file: Path, ideas: Mapping[str, object]) -> dict[str, tuple[Rule, ...]]:
    kinds: dict[str, tuple[Rule, ...]] = {}
    for slug, node in _entries(file, _document(file)):
        if slug not in SLUGS:
            raise LexiconError(file, _line(node), f"«{slug}» no es un tipo de reporte ni una intención")
        kinds[slug] = tuple(_rules(file, node, ideas))
    return kinds


def _rules(file: Path, node: Node, ideas: Mapping[str, object]) -> Iterator[Rule]:
    for text, value in _entries(file, node):
        yield _rule(file, value, text, _points(file, value), ideas)


def _listed_rules(file: Path, node: Node, ideas: Mapping[str, object]) -> Iterator[Rule]:
    for text in _text(file, node).split(","):
        yield _rule(file, node, text, 1.0, ideas)


def _rule(file: Path, node: Node, text: str, points: float, ideas: Mapping[str, object]) -> Rule:
    head, *without = (part.strip() for part in text.split(" - "))
    needs = tuple(part.strip() for part in head.split("+"))
    for name in (*needs, *without):
        if name not in ideas:
            raise LexiconError(file, _line(node), f"la regla nombra la idea «{name}», que no existe")
    return Rule(needs, tuple(without), points)


def _points(file: Path, node: Node) -> float:
    try:
        points = float(_text(file, node))
    except ValueError:
        raise LexiconError(file, _line(node), "los puntos deben ser un número") from None
    if not 0 < points <= MOST_POINTS:
        raise LexiconError(file, _line(node), f"los puntos van de 0 a {MOST_POINTS}")
    return points


def _pairs(file: Path, node: Node) -> dict[str, str]:
    return {key: _text(file, value) for key, value in _entries(file, node)}


def _sections(file: Path, names: tuple[str, ...]) -> dict[str, Node]:
    found = dict(_entries(file, _document(file)))
    for name in names:
        if name not in found:
            raise LexiconError(file, 1, f"falta la sección «{name}»")
    for name, node in found.items():
        if name not in names:
            raise LexiconError(file, _line(node), f"no se conoce la sección «{name}»")
    return found


def _document(file: Path) -> Node:
    try:
        node = YAML(typ="safe", pure=True).compose(file.read_text(encoding="utf-8"))
    except OSError:
        raise LexiconError(file, 1, "no se puede leer el archivo") from None
    except UnicodeDecodeError:
        raise LexiconError(file, 1, "el archivo debe estar en UTF-8") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LexiconError(
            file, line, "esto no es YAML válido (revise sangría, dos puntos y comillas)"
        ) from None
    if not isinstance(node, MappingNode):
        raise LexiconError(file, 1, "se esperaba «nombre: valor» en cada renglón")
    return node


def _entries(file: Path, node: Node) -> Iterator[tuple[str, Node]]:
    if not isinstance(node, MappingNode):
        raise LexiconError(file, _line(node), "se esperaba «nombre: valor» en cada renglón")
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise LexiconError(file, _line(key), f"«{key.value}» está dos veces")
        seen.add(key.value)
        yield key.value, value


def _text(file: Path, node: Node) -> str:
    if not isinstance(node, ScalarNode) or not node.value:
        raise LexiconError(file, _line(node), "se esperaba un texto")
    return str(node.value)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
