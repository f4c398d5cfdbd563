"""Who may import whom. The table is the law; `docs/architecture.md` draws it. Imports inside functions count too."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOPS = ("bot", "handlers", "storage", "locales")

CORE = "bot.domain* bot.messages bot.questions bot.conversation bot.triage* bot.municipality*"
EDGES = "bot.texts bot.web bot.clock bot.log bot.settings bot.systemd bot.tokens bot.pins bot.qr"
HERE = f"{CORE} {EDGES} bot.channels storage*"  # of bot.channels the contract only
PLUGS = "bot.channels bot.channels.wire bot.channels.provider_route"
COMMANDS = "bot.audit_commands bot.upkeep_commands bot.dead_letter_commands bot.roster_commands"

# Part -> what it may import besides itself (`x*`: x and everything in it). The longest name that fits decides.
LAW = {
    "bot": "",
    "bot.domain": "",
    "bot.municipality": "bot.domain*",
    "bot.messages": "bot.domain*",
    "bot.questions": "bot.messages bot.domain*",
    "bot.conversation": "bot.questions bot.messages bot.domain*",
    "bot.triage": "bot.messages bot.domain*",
    "bot.channels": "bot.messages",
    "bot.channels.photos": "",
    "bot.channels.wire": "",
    "bot.channels.provider_route": "",
    "bot.channels.telegram": f"{PLUGS} bot.messages bot.domain.territory",  # a Point is part of a message
    "bot.channels.whatsapp": f"{PLUGS} bot.messages bot.domain.territory",
    "bot.channels.simulator": "bot.channels bot.messages bot.domain.territory bot.clock",  # the clock that moves
    "bot.texts": "bot.messages bot.long_texts",
    "bot.long_texts": "",
    "bot.web": "bot.messages bot.channels.provider_route",
    "bot.clock": "",
    "bot.log": "",
    "bot.settings": "",
    "bot.qr": "",
    "bot.keyed": "",
    "bot.tokens": "bot.keyed",
    "bot.systemd": "",
    "bot.pins": "",
    "storage": "bot.domain* bot.messages bot.keyed bot.channels",  # the contract's StoreUnavailable is raised here
    "handlers": f"{HERE} handlers.desk*",
    "handlers.desk": f"{HERE} handlers.here handlers.resident.draft",  # the Draft that a talk hands over
    "handlers.pages": f"{HERE} handlers* bot.channels.simulator*",  # its page shows the simulator's phones
    "bot.app": f"{HERE} handlers* bot.channels*",
    "bot.demo": f"{HERE} handlers* bot.channels* bot.app",
    "bot.console": f"{HERE} handlers.desk*",
    "bot.audit_commands": f"{HERE} bot.console",
    "bot.upkeep_commands": f"{HERE} bot.console",
    "bot.roster_commands": f"{HERE} handlers.desk* bot.app bot.console",
    "bot.dead_letter_commands": f"{HERE} handlers* bot.channels* bot.app bot.console",
    "bot.__main__": f"{HERE} handlers* bot.channels* bot.app bot.demo bot.console {COMMANDS}",
    "locales": "",
}

# A library -> the only parts that may know it.
FENCES = {
    "telegram": "bot.channels.telegram*",
    "twilio": "bot.channels.whatsapp*",
    "requests": "bot.channels.whatsapp*",
    "aiohttp": "bot.channels*",
    "yarl": "bot.channels*",
    "httptools": "bot.channels.wire",
    "PIL": "bot.channels.photos",
    "aiosqlite": "storage*",
    "sqlalchemy": "storage*",
    "psycopg": "storage*",
    "psycopg_pool": "storage*",
    "sqlite3": "storage*",
    "alembic": "storage.migrations*",
    "cryptography": "storage.sealing",
    "openpyxl": "bot.municipality.spreadsheet",
    "pyrage": "storage.backup",
    "babel": "bot.texts",
    "gettext": "bot.texts",
    "uvicorn": "bot.web",
    "uvloop": "bot.console",
    "numpy": "bot.triage.hashed bot.triage.model bot.triage.train",
    "starlette": "bot.web bot.channels* handlers.pages* bot.app",
    "structlog": "bot.log bot.app bot.channels* handlers*",
    "shapely": "bot.municipality*",
    "ruamel": "bot.municipality* bot.triage*",
    "pydantic_settings": "bot.settings",
    "argon2": "bot.pins",
    "segno": "bot.qr",
    "prometheus_client": "handlers.metrics",
    "typer": f"bot.__main__ bot.console {COMMANDS}",
    "rich": "bot.console bot.upkeep_commands",
}

# What is pure has no loop, no clock, no chance and no outside world; triage is measured and trained by tools.
PURE = "bot.domain* bot.messages bot.questions bot.conversation bot.triage*"
TOOLS = "bot.triage.evaluate bot.triage.train"
OUTSIDE = {"asyncio", "threading", "socket", "subprocess", "os", "time", "random", "secrets", "uuid", "http"}


def fits(name: str, patterns: str) -> bool:
    """Is this module one of those? `a.b*` is a.b and what is inside, not a.bc."""
    return any(
        fnmatchcase(name, f"{p[:-1]}.*") or name == p[:-1] if p.endswith("*") else name == p
        for p in patterns.split()
    )


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours."""
    found = {}
    for path in sorted(path for top in TOPS for path in (ROOT / top).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(name: str) -> Iterator[str]:
    """What a module imports, wherever the import stands; of ours, the very module."""
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: write the whole name"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = inner & modules().keys()
            yield from ours
            if ours != inner:
                yield node.module or ""


def part_of(name: str) -> str:
    """The row of the law that a module is under."""
    return max((part for part in LAW if fits(name, f"{part}*")), key=len)


@pytest.mark.parametrize("name", modules())
def test_imports_are_within_the_law(name: str) -> None:
    """Of ours, a module imports its own part and what its row names."""
    part = part_of(name)
    ours = {other for other in imported(name) if other.split(".")[0] in TOPS}
    breaches = {other for other in ours if part_of(other) != part and not fits(other, LAW[part])}
    assert not breaches, f"{name} ({part}) may not import {sorted(breaches)}"


@pytest.mark.parametrize("name", modules())
def test_libraries_stay_behind_their_fences(name: str) -> None:
    """Whoever replaces a library has one folder to change."""
    fenced = {other for other in imported(name) if other.split(".")[0] in FENCES}
    breaches = {other for other in fenced if not fits(name, FENCES[other.split(".")[0]])}
    assert not breaches, f"{name} may not know {sorted(breaches)}"


@pytest.mark.parametrize("name", [name for name in modules() if fits(name, "bot.domain*")])
def test_the_domain_stands_on_the_standard_library(name: str) -> None:
    """What the programme is about outlives every library."""
    foreign = {
        other for other in imported(name) if other.split(".")[0] not in {*sys.stdlib_module_names, "bot"}
    }
    assert not foreign


@pytest.mark.parametrize("name", [name for name in modules() if fits(name, PURE) and not fits(name, TOOLS)])
def test_what_decides_is_pure(name: str) -> None:
    """The moment, the facts and the ids are handed in."""
    assert not {other for other in imported(name) if other.split(".")[0] in OUTSIDE}


@pytest.mark.parametrize(
    "name", [n for n in modules() if fits(n, f"{PURE} storage* handlers*") and not fits(n, TOOLS)]
)
def test_nobody_inside_looks_at_the_clock(name: str) -> None:
    """`datetime.now()` stands at the edges only."""
    asks = [
        node.lineno
        for node in ast.walk(modules()[name])
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    assert not asks, f"{name}: lines {asks}"


def test_every_row_is_about_something() -> None:
    """A part that is gone leaves the table too."""
    assert set(LAW) == {part_of(name) for name in modules()}


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("bot.channels", "bot.channels", True),
        ("bot.channels.telegram", "bot.channels", False),
        ("bot.channels.telegram", "bot.channels*", True),
        ("bot.channelsx", "bot.channels*", False),
    ],
)
def test_the_law_reads_as_written(name: str, pattern: str, expected: bool) -> None:
    """A star is what is inside, not what begins alike."""
    assert fits(name, pattern) is expected


def settings_of_the_municipality() -> Iterator[tuple[str, str]]:
    """Class and field of every value that the YAML becomes."""
    for name in ("bot.municipality.municipality", "bot.domain.service_level"):
        for node in modules()[name].body:
            if isinstance(node, ast.ClassDef):
                fields = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
                yield from ((node.name, field.id) for field in fields if isinstance(field, ast.Name))


def test_every_setting_of_the_municipality_is_read() -> None:
    """What is written in a file and changes nothing would be a promise that nobody keeps."""
    read = {
        node.attr for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    assert not [one for one in settings_of_the_municipality() if one[1] not in read]
