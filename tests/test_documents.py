"""What the programme has is in the documents; what the documents say is there; and they say nothing they should not."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import typer.main
from click import Command, Group

import handlers.reception  # noqa: F401  # whoever receives knows every flow
from bot.__main__ import app
from bot.settings import Settings, names
from docs import reference
from handlers.talks import SCRIPTS
from handlers.wording import WORDS
from storage.schema import metadata

ROOT = Path(__file__).parent.parent
README, README_EN = ROOT / "README.md", ROOT / "README.en.md"
INSTALL, FLOWS, DATA = (ROOT / "docs" / name for name in ("instalar.md", "flujos.md", "datos.md"))
COPIES = ROOT / "docs" / "respaldos.md"
ARCHITECTURE, EXAMPLE = ROOT / "docs" / "architecture.md", ROOT / ".env.example"


@cache
def text(path: Path) -> str:
    """A document."""
    return path.read_text(encoding="utf-8")


@cache
def kept() -> tuple[Path, ...]:
    """Every file that a clone has, or would have after the next commit."""
    asked = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    try:
        listed = subprocess.run(
            asked, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    return tuple(path for path in (ROOT / name for name in listed) if path.is_file())


def markdown() -> list[Path]:
    """Every page of ours; the texts that people read in the chat have their own tests."""
    pages = [
        path
        for path in ROOT.rglob("*.md")
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]
    return sorted(path for path in pages if "content" not in path.relative_to(ROOT).parts)


def named(path: Path) -> str:
    """A path as a test's name."""
    return str(path.relative_to(ROOT))


# ---- what there is, is documented ----


@pytest.mark.parametrize("path", reference.pages(), ids=named)
def test_written_pages_are_what_the_code_says(path: Path) -> None:
    """Else: uv run python docs/reference.py"""
    assert text(path) == reference.pages()[path]


@pytest.mark.parametrize("page", [README, INSTALL, EXAMPLE], ids=named)
@pytest.mark.parametrize("name", names())
def test_every_setting_is_documented(name: str, page: Path) -> None:
    """In the table, in the steps of the installation, in the file to start from."""
    assert re.search(rf"{name}\b", text(page))


def test_no_setting_is_invented() -> None:
    """A name that a page gives is a name that is read."""
    for page in (README, README_EN, INSTALL, EXAMPLE):
        assert set(re.findall(r"PROXIMIDAD_[A-Z_]*[A-Z]", text(page))) <= set(names())


def test_the_example_of_settings_is_accepted(tmp_path: Path) -> None:
    """A copy of it starts, as far as settings go."""
    settings = Settings(_env_file=EXAMPLE)  # type: ignore[call-arg]
    assert settings.port == 8000
    assert not settings.has_telegram
    assert not settings.has_whatsapp


def commands(one: Command, before: str = "proximidad") -> list[str]:
    """Every command with the words that lead to it."""
    if isinstance(one, Group):
        return [
            found for name, inner in one.commands.items() for found in commands(inner, f"{before} {name}")
        ]
    return [before]


COMMANDS = commands(typer.main.get_command(app))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """In both READMEs and in the installation."""
    for page in (README, README_EN, INSTALL):
        assert command in text(page), named(page)


def shown(page: Path) -> set[str]:
    """The command lines that a page shows, options and names in capitals too."""
    lines = re.findall(r"(?:`|^|run |bin/)(proximidad [^`\n#]+)", text(page), re.MULTILINE)
    return {line.strip() for line in lines}


def test_both_readmes_show_the_same_commands() -> None:
    """Whoever reads the other language is not told less."""
    assert shown(README) == shown(README_EN)
    fence = re.compile(r"```\n((?:uv|python3) .*?)```", re.DOTALL)
    assert fence.findall(text(README)) == fence.findall(text(README_EN))
    assert fence.findall(text(README))[0] == "uv run proximidad demo\nuv run pytest\n"


@pytest.mark.parametrize("page", [README, README_EN, INSTALL, COPIES, ROOT / "CONTRIBUTING.md"], ids=named)
def test_no_command_is_invented(page: Path) -> None:
    """A command that a page shows is one that runs."""
    for line in shown(page):
        assert any(line == command or line.startswith(f"{command} ") for command in COMMANDS), line


@pytest.mark.parametrize("flow", SCRIPTS)
def test_every_flow_is_documented(flow: str) -> None:
    """For who uses it and for who changes it."""
    assert f"| `{flow}` |" in text(FLOWS)
    assert f"`{flow}`" in text(ARCHITECTURE)


@pytest.mark.parametrize("notice", WORDS)
def test_every_notice_is_documented(notice: str) -> None:
    """Who hears it and what it says."""
    assert f"| `{notice}` |" in text(ARCHITECTURE)


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_every_column_is_documented(table: object) -> None:
    """With the way it is kept."""
    _, _, rest = text(DATA).partition(f"\n## {table.name}\n")  # type: ignore[attr-defined]
    part = rest.partition("\n## ")[0]
    for column in table.columns:  # type: ignore[attr-defined]
        how = reference.KEPT[column.info["kept"]]
        assert re.search(rf"^\| {how} \|.*`{column.name}`", part, re.MULTILINE), column


# ---- what the documents say, is there ----


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")


def anchor(heading: str) -> str:
    """The address of a heading, as the usual forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", markdown(), ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Files, pictures and headings."""
    for target in (one or other for one, other in LINK.findall(text(page))):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, part = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT.resolve()), target
        if part:
            assert part in {anchor(line) for line in re.findall(r"^#+ (.+)$", text(file), re.MULTILINE)}, (
                target
            )


@pytest.mark.parametrize("page", markdown(), ids=named)
def test_named_files_are_there(page: Path) -> None:
    """A path in the house's own folders that stands as code is a path of the house."""
    tops = "bot|handlers|storage|locales|tests|docs|deploy|\\.ci"
    for target in re.findall(rf"`((?:{tops})/[\w./-]+)`", text(page)):
        assert (ROOT / target).exists(), target


# ---- what they must not say ----

SPARED = {"LICENSE", "uv.lock"}
MACHINES = (r"/work/", r"/home/\w", r"/root/", r"/Users/\w")
MIRRORS = (
    r"\bpypi\.org",
    "pythonhosted",
    "index[-_]url",
    "extra-index",
    "find-links",
    "artifactory",
    "devpi",
)
MAKERS = (
    r"\bclaude\b",
    r"\banthropic\b",
    r"\bcopilot\b",
    r"\bai[- ]agent",
    r"\bsub-?agent",
    r"\blanguage model",
)
FORBIDDEN = re.compile("|".join((*MACHINES, *MIRRORS, *MAKERS)), re.IGNORECASE)


def test_nothing_of_whoever_made_it_is_left_in_it() -> None:
    """No path of a machine, no download host, no word about the tools."""
    found = []
    for path in kept():
        if path.name in SPARED or path == Path(__file__):
            continue
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{named(path)}: {hit[0]}" for hit in FORBIDDEN.finditer(content)]
    assert not found
