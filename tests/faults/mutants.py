"""T29: do the tests notice when a line of the core is wrong? One small change at a time, and the tests that guard it.

    CAMPAIGN=whole uv run python -m tests.faults.mutants            every mutant
    uv run python -m tests.faults.mutants --most 40                 so many of each part, by chance (SEED=...)
    uv run python -m tests.faults.mutants --part rights

A mutant lives when its tests still pass. Which lived is printed: each is a test to write, or says the same as before, and
then it stands in `equal_mutants.txt` with the reason.
"""

from __future__ import annotations

import argparse
import ast
import copy
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.evidence import ROOT, Campaign
from tests.faults.mutant_guards import ONE_ENGINE, Guards, tree_in
from tests.faults.shares import in_memory, shared_out

EQUAL = {  # mutants that nobody can tell from what stands there, and why
    line.rpartition("  # ")[0]
    for line in (Path(__file__).parent / "equal_mutants.txt").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
}


@dataclass(frozen=True, slots=True)
class Part:
    """Files of the core and the tests that guard them."""

    files: Sequence[str]
    tests: Sequence[str]
    sql: bool = False  # what lives is shown to both engines


PARTS = {
    "inbox": Part(
        ["storage/inbox.py"],
        ["tests/storage/test_inbox.py", "tests/handlers/test_reception.py", "tests/handlers/test_dead_letters.py",
         "tests/handlers/test_rounds.py", "tests/handlers/test_limits.py", "tests/storage/test_usage.py"],
        sql=True,
    ),
    "outbox": Part(
        ["storage/outbox.py"],
        ["tests/storage/test_outbox.py", "tests/storage/test_replicas.py", "tests/handlers/test_delivery.py",
         "tests/handlers/test_announcing.py", "tests/handlers/test_right_to_hear.py",
         "tests/handlers/test_several_processes.py", "tests/handlers/test_metrics.py", "tests/handlers/test_thanks.py",
         "tests/storage/test_erasure.py"],
        sql=True,
    ),
    "life cycle": Part(
        ["bot/domain/report.py"],
        ["tests/domain/test_report.py", "tests/handlers/test_steps.py",
         "tests/handlers/test_referrals.py", "tests/handlers/test_mediations.py", "tests/handlers/test_sharing.py",
         "tests/handlers/test_limits.py"],
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
    last: int  # the last line of it
    said: str  # the whole line
    was: str
    now: str
    source: str

    @property
    def name(self) -> str:
        """As it stands in the list of those that say the same as before."""
        return f"{self.file}: {self.said} | {self.was[:70]} -> {self.now[:70]}"


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
            mutated = (whole[:at] + put.encode() + whole[to:]).decode()
            said = source.splitlines()[old.lineno - 1].strip()  # type: ignore[attr-defined]
            found.append(Mutant(file, old.lineno, old.end_lineno, said, was, text, mutated))  # type: ignore[attr-defined]
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


# ---- who notices ----


def main(said: argparse.Namespace) -> None:
    """Each part, and what lived."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        for name in [said.part] if said.part else PARTS:
            measure(name, PARTS[name], Path(folder), said.most)


def measure(name: str, part: Part, folder: Path, most: int) -> None:
    """One part: how many of its mutants are noticed."""
    score = Campaign("T29", "Mutants that the tests notice", part=name)
    every = [one for file in part.files for one in mutants(file)]
    differ = [one for one in every if one.name not in EQUAL]
    some = score.random().sample(differ, min(most, len(differ))) if most else differ
    guards = Guards.of(part.tests if part.sql else [*part.tests, *ONE_ENGINE], part.files, folder / name)

    def lives(one: Mutant, place: Path) -> Mutant | None:
        lived = guards.let_live(one, tree_in(place, guards))
        print("lives" if lived else "noticed", f"{one.line}: {one.name}", file=sys.stderr, flush=True)
        return one if lived else None

    alive = [one for one in shared_out(some, lives) if one is not None]
    noticed = len(some) - len(alive)
    score.record(
        of=len(every), saying_the_same=len(every) - len(differ), tried=len(some), noticed=noticed, lived=len(alive),
        score=f"{100 * noticed / len(some):.1f} %",
    )  # fmt: skip


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--part", choices=PARTS, default="")
    words.add_argument("--most", type=int, default=0)
    main(words.parse_args())
