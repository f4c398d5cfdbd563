"""One YAML file, read so that every value still knows its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.parser import Parser
from ruamel.yaml.scanner import Scanner

from bot.municipality.problems import Path, Problem, spell


class DatesAsWritten(RoundTripConstructor):
    """Leaves dates as text: ruamel raises a bare ValueError, without a line, on the 30th of February."""


DatesAsWritten.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The tree of a file; empty when it could not be read, and then `problems` says why."""

    name: str
    tree: CommentedMap = field(default_factory=CommentedMap)
    problems: tuple[Problem, ...] = ()

    @property
    def readable(self) -> bool:
        """Did the file give a tree at all?"""
        return not self.problems

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing above it that stands in the file."""
        node: Any = self.tree
        found = 1
        for part in path:
            if not isinstance(node, CommentedMap | CommentedSeq):
                break
            position = (node.lc.data or {}).get(part)
            if position is None:
                break
            found = position[0] + 1
            node = node[part]
        return int(found)

    def problem(self, path: Path, text: str) -> Problem:
        """Something wrong at a path of this file."""
        return Problem(self.name, self.line(path), spell(path), text)

    def names(self, section: str, key: str) -> list[str]:
        """What the rows of a section call themselves, sound rows or not; "" where a row says nothing."""
        rows = self.tree.get(section)
        if not isinstance(rows, list):
            return []
        named = (row.get(key) if isinstance(row, dict) else None for row in rows)
        return [name if isinstance(name, str) else "" for name in named]

    def slugs(self, section: str, key: str = "slug") -> frozenset[str] | None:
        """The names as a set, those of broken rows too; None when the whole section is missing.

        So nobody hears of one fault twice: what a broken row would have defined is not "unknown".
        """
        found = frozenset(name for name in self.names(section, key) if name)
        return found if section in self.tree else None


def read(path: FilePath, *, required: bool = True) -> YamlFile:
    """The file as a tree, or why it isn't one."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return YamlFile(name, problems=(Problem(name, 0, "", "falta este archivo"),) if required else ())
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return broken(name, line, "no está en UTF-8; guárdelo otra vez con esa codificación")
    except OSError as error:
        return broken(name, 0, f"no se puede leer ({error.strerror})")
    return parse(name, text)


def parse(name: str, text: str) -> YamlFile:
    """The text as a tree; only the first syntax error of a file can be known."""
    yaml = YAML()
    yaml.Scanner, yaml.Parser = Scanner, Parser  # those that keep no comments: a fifth less to do
    yaml.Constructor = DatesAsWritten
    try:
        tree = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return broken(name, mark.line + 1 if mark else 0, in_spanish(error, mark.column + 1 if mark else 0))
    except (YAMLError, ValueError, RecursionError):
        return broken(name, 0, "no se puede leer como YAML")
    if tree is None:
        return YamlFile(name)
    if not isinstance(tree, CommentedMap):
        return broken(name, 1, "debe empezar con un nombre seguido de dos puntos, como «sectores:»")
    return YamlFile(name, tree)


def broken(name: str, line: int, text: str) -> YamlFile:
    """A file without a tree."""
    return YamlFile(name, problems=(Problem(name, line, "", text),))


def in_spanish(error: MarkedYAMLError, column: int) -> str:
    """The parser's complaint, for somebody who does not know YAML's words."""
    problem = str(error.problem)
    if repeated := re.search(r'duplicate key "(.+?)"', problem):
        return f"«{repeated[1]}» está escrito dos veces; deje uno solo"
    if "\\t" in problem or "tab" in problem:
        return f"hay un tabulador en la columna {column}; use espacios"
    if "mapping values" in problem:
        return f"sobra un «:» en la columna {column}, o falta poner el texto entre comillas"
    if "found undefined alias" in problem or "alias" in problem:
        return f"el «*» de la columna {column} va entre comillas"
    return f"no se puede leer como YAML cerca de la columna {column}; revise sangrías, comillas y corchetes"
