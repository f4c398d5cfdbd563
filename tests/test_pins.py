"""The versions we run: pinned once, equal in both places, from no particular host, none with a known hole."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}")

# Below these there is a published hole in something that we use.
FLOORS = {
    "aiohttp": "3.14.4",  # request smuggling
    "cryptography": "48.0.1",  # GHSA-537c-gmf6-5ccf
    "defusedxml": "0.7.1",  # what openpyxl reads foreign XML with, when it is there
    "h11": "0.16.0",  # smuggling by chunked bodies
    "pillow": "13.0.0",  # the JPEG decoder's overflows
    "pyjwt": "2.15.0",  # CVE-2026-101918
    "requests": "2.33.0",  # CVE-2026-25645
    "starlette": "1.3.1",  # limits of urlencoded bodies, which is what Twilio sends; the Host header
    "urllib3": "2.6.3",  # decompression without limit
}
UNWANTED = {
    "tornado": "PTB's own webhook server keeps updates in memory",
    "python-multipart": "we read urlencoded bodies ourselves",
}


def entries() -> list[list[str]]:
    """The lock, a list of lines for each package."""
    found: list[list[str]] = []
    for line in LOCK.splitlines():
        if line.startswith(" "):
            found[-1].append(line)
        else:
            found.append([line])
    return [[line.removesuffix("\\").rstrip() for line in lines] for lines in found]


LOCKED = [Requirement(lines[0]) for lines in entries()]
CONSTRAINTS = [Requirement(pin) for pin in PROJECT["tool"]["uv"]["constraint-dependencies"]]


def named(name: str) -> list[Version]:
    """The versions of a package in the lock: more than one where they differ by Python."""
    return [
        Version(next(iter(pin.specifier)).version) for pin in LOCKED if canonicalize_name(pin.name) == name
    ]


def test_lock_and_constraints_are_the_same() -> None:
    """`uv run` in a fresh clone and `pip install -r requirements.lock` give the same versions; else: .ci/lock."""
    assert [str(pin) for pin in LOCKED] == [str(pin) for pin in CONSTRAINTS]


def test_every_pin_is_exact_and_has_hashes() -> None:
    """One version, and what its files must hash to."""
    for first, *hashes in entries():
        (specifier,) = Requirement(first).specifier
        assert specifier.operator == "==", first
        assert hashes, first
        assert all(HASH.fullmatch(line) for line in hashes), first


def test_the_repository_names_no_download_host() -> None:
    """What is installed is ours to say; where it comes from is the installer's."""
    assert "://" not in LOCK
    assert "@" not in LOCK
    assert not re.search(r"^-", LOCK, re.MULTILINE)
    assert set(PROJECT["tool"]["uv"]) == {"package", "constraint-dependencies"}
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def direct() -> list[Requirement]:
    """What pyproject.toml asks for, extras too."""
    project = PROJECT["project"]
    asked = [
        *project["dependencies"],
        *(d for extra in project["optional-dependencies"].values() for d in extra),
    ]
    return [r for r in map(Requirement, asked) if r.name != project["name"]]


@pytest.mark.parametrize("asked", direct(), ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_pinned(asked: Requirement) -> None:
    """Nothing we ask for is left to the day of the installation."""
    versions = named(canonicalize_name(asked.name))
    assert versions
    assert all(version in asked.specifier for version in versions)


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_below_its_floor(name: str) -> None:
    """No version with a published hole."""
    assert named(name)
    assert min(named(name)) >= Version(FLOORS[name])


@pytest.mark.parametrize("name", UNWANTED)
def test_what_we_do_not_install(name: str) -> None:
    """Not even by way of another package."""
    assert not named(name), UNWANTED[name]
