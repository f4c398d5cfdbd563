"""T29: do the tests notice when a line of the core is wrong? One small change at a time, and the tests that guard it.

    uv run python -m tests.faults.mutants                 every mutant (hours)
    uv run python -m tests.faults.mutants --most 40       so many of each part, by chance (SEED=...)
    uv run python -m tests.faults.mutants --part rights

A mutant lives when its tests still pass. Which lived is printed: each is a test to write, or says the same as before.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.evidence import ROOT, Campaign

PATIENCE = 300  # seconds; who hangs has been noticed


@dataclass(frozen=True, slots=True)
class Part:
    """Files of the core and the tests that guard them."""

    files: Sequence[str]
    tests: Sequence[str]


PARTS = {
    "inbox": Part(
        ["storage/inbox.py"],
        ["tests/storage/test_inbox.py", "tests/handlers/test_reception.py", "tests/handlers/test_dead_letters.py",
         "tests/handlers/test_rounds.py"],
    ),
    "outbox": Part(
        ["storage/outbox.py"],
        ["tests/storage/test_outbox.py", "tests/handlers/test_delivery.py", "tests/handlers/test_several_processes.py"],
    ),
    "life cycle": Part(
        ["bot/domain/report.py"],
        ["tests/domain/test_report.py", "tests/faults/test_life_cycle.py", "tests/handlers/test_steps.py"],
    ),
    "rights": Part(
        ["handlers/rights.py", "bot/tokens.py"],
        ["tests/test_tokens.py", "tests/handlers/test_rights.py", "tests/faults/test_rights_matrix.py"],
    ),
    "sealing": Part(["storage/sealing.py"], ["tests/storage/test_sealing.py", "tests/storage/test_rotation.py"]),
    "redaction": Part(["bot/log.py"], ["tests/test_log.py"]),
}  # fmt: skip

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def changed(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What stands there, and what could stand there instead by a slip."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            yield node, _with(node, ops=[COMPARED[type(op)]()])
        case ast.BoolOp(op=op):
            yield node, _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.BinOp(op=op) if type(op) in COUNTED:
            yield node, _with(node, op=COUNTED[type(op)]())
        case ast.Constant(value=bool(value)):
            yield node, ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield node, ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if value:
            yield node, ast.Constant(f"{value}x")
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, ast.UnaryOp(ast.Not(), test)
        case ast.Expr(value=ast.Call()):
            yield node, ast.Pass()
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield value, ast.Constant(None)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


@dataclass(frozen=True, slots=True)
class Mutant:
    """One file with one change."""

    file: str
    line: int
    was: str
    now: str
    source: str


def mutants(file: str) -> list[Mutant]:
    """Every one of a file; types, docstrings and imports are no behaviour."""
    source = (ROOT / file).read_text(encoding="utf-8")
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in _behaviour(ast.parse(source)):
        for old, new in changed(node):
            at = starts[old.lineno - 1] + old.col_offset  # type: ignore[attr-defined]
            to = starts[old.end_lineno - 1] + old.end_col_offset  # type: ignore[attr-defined]
            text = ast.unparse(ast.fix_missing_locations(new))
            put = text if isinstance(new, ast.Pass) else f"({text})"
            whole = source.encode()
            was = " ".join(whole[at:to].decode().split())
            found.append(
                Mutant(file, old.lineno, was, text, (whole[:at] + put.encode() + whole[to:]).decode())
            )  # type: ignore[attr-defined]
    return found


def _behaviour(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(
                child, ast.Import | ast.ImportFrom | ast.JoinedStr
            ):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if (
                isinstance(child, ast.If)
                and isinstance(child.test, ast.Name)
                and child.test.id == "TYPE_CHECKING"
            ):
                continue
            yield child
            yield from _behaviour(child)


def lives(mutant: Mutant, tests: Sequence[str], tree: Path) -> bool:
    """Do all tests pass with it? `tree` is a copy of the project."""
    file, path = tree / mutant.file, os.pathsep.join([str(tree)])
    before = file.read_text(encoding="utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_text(before, encoding="utf-8")
    return ended.returncode == 0


def main(said: argparse.Namespace) -> None:
    """Each part, and what lived."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
        for name in [said.part] if said.part else PARTS:
            measure(name, PARTS[name], tree, said.most)


def measure(name: str, part: Part, tree: Path, most: int) -> None:
    """One part: how many of its mutants are noticed."""
    score = Campaign("T29", "Mutants that the tests notice", part=name)
    every = [one for file in part.files for one in mutants(file)]
    some = score.random().sample(every, min(most, len(every))) if most else every
    alive = [one for one in some if lives(one, part.tests, tree)]
    for one in alive:
        print(f"{one.file}:{one.line}: {one.was[:70]} -> {one.now[:70]}", flush=True)
    score.record(of=len(every), tried=len(some), noticed=len(some) - len(alive), lived=len(alive))


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--part", choices=PARTS, default="")
    words.add_argument("--most", type=int, default=0)
    main(words.parse_args())
