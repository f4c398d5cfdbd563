"""What is sealed opens only where it was sealed, with the right key; what is keyed is found, never read."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.errors import KeyRingError, Unreadable
from storage.sealing import HEAD_BYTES, PURPOSES, KeyRing, Sealer

SEALER = Sealer(KeyRing.throwaway())
HERE = ("report", "told", "r1")


@given(plain=some.binary(max_size=300), row=some.text(max_size=40))
def test_what_is_sealed_opens_in_its_place(plain: bytes, row: str) -> None:
    sealed = SEALER.seal("report", "told", row, plain)
    assert SEALER.open("report", "told", row, sealed) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("event", "told", "r1"),
        ("report", "place", "r1"),
        ("report", "told", "r2"),
        ("report", "told|r1", ""),
        ("report|told", "r1", ""),
    ],
)
def test_what_is_sealed_does_not_open_elsewhere(elsewhere: tuple[str, str, str]) -> None:
    sealed = SEALER.seal(*HERE, b"me robaron")
    with pytest.raises(Unreadable) as caught:
        SEALER.open(*elsewhere, sealed)
    assert "robaron" not in str(caught.value)


def test_no_byte_can_be_changed_or_cut_off() -> None:
    sealed = SEALER.seal(*HERE, b"me robaron")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Unreadable):
            SEALER.open(*HERE, bytes(altered))
        with pytest.raises(Unreadable):
            SEALER.open(*HERE, sealed[:place])


def test_the_same_text_is_never_sealed_twice_alike() -> None:
    assert len({SEALER.seal(*HERE, b"same") for _ in range(100)}) == 100
    assert b"same" not in SEALER.seal(*HERE, b"same")


def test_an_older_key_still_reads_and_the_write_key_writes() -> None:
    old = KeyRing.throwaway()
    new = KeyRing.throwaway()
    both = KeyRing(write=new.write, seal={**new.seal, **old.seal}, purpose=old.purpose)
    of_old = Sealer(old).seal(*HERE, b"before")
    assert Sealer(both).open(*HERE, of_old) == b"before"
    of_both = Sealer(both).seal(*HERE, b"after")
    assert of_both[1 : HEAD_BYTES - 12].hex() == new.write
    with pytest.raises(Unreadable):
        Sealer(old).open(*HERE, of_both)


@dataclass(frozen=True)
class Point:
    lat: float
    lon: float


def test_json_opens_as_plain_values_or_as_a_kind() -> None:
    sealed = SEALER.seal_json(*HERE, Point(18.5, -88.3))
    assert SEALER.open_json(*HERE, sealed) == {"lat": 18.5, "lon": -88.3}
    assert SEALER.open_json(*HERE, sealed, Point) == Point(18.5, -88.3)
    with pytest.raises(Unreadable, match="form"):
        SEALER.open_json(*HERE, sealed, list[int])
    with pytest.raises(Unreadable, match="form"):
        SEALER.open_json(*HERE, SEALER.seal(*HERE, b"not json"))


def test_each_purpose_has_its_own_hash_and_each_ring_too() -> None:
    hashes = {SEALER.keyed(purpose, "+5219831234567") for purpose in PURPOSES}
    assert len(hashes) == len(PURPOSES)
    assert SEALER.keyed("lookup", "a") == SEALER.keyed("lookup", "a") == SEALER.mac("lookup", b"a")
    assert Sealer(KeyRing.throwaway()).keyed("lookup", "a") != SEALER.keyed("lookup", "a")


def test_a_purpose_that_nobody_declared_is_refused() -> None:
    with pytest.raises(KeyRingError, match="«lokup»"):
        SEALER.keyed("lokup", "a")


def test_the_ring_shows_and_gives_away_no_key() -> None:
    ring = KeyRing.throwaway()
    shown = repr(ring) + str(ring) + f"{Sealer(ring)!r}"
    for key in [*ring.seal.values(), *ring.purpose.values()]:
        assert repr(key) not in shown
        assert key.hex() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(ring)
    with pytest.raises(TypeError):
        ring.seal["new"] = b""  # type: ignore[index]


# ---- the file ----


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "llavero.json"


def test_a_ring_that_was_created_loads_again(path: Path) -> None:
    created = KeyRing.create(path)
    assert KeyRing.load(path) == created
    assert Sealer(KeyRing.load(path)).open(*HERE, Sealer(created).seal(*HERE, b"x")) == b"x"


def test_only_its_owner_may_read_the_file_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_ring_is_never_written_over_a_file(path: Path) -> None:
    KeyRing.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyRingError, match="no se sobrescribe"):
        KeyRing.create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_ring_that_others_may_read_is_refused_with_the_cure(path: Path, mode: int) -> None:
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(KeyRingError, match="chmod 600"):
        KeyRing.load(path)


def test_a_missing_ring_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(KeyRingError, match="Falta el llavero"):
        KeyRing.load(path)


def test_a_ring_that_cannot_be_read_or_made_says_so(path: Path, tmp_path: Path) -> None:
    path.mkdir(parents=True)
    path.chmod(0o700)
    with pytest.raises(KeyRingError, match="No se pudo leer"):
        KeyRing.load(path)
    (tmp_path / "plain").write_text("")
    with pytest.raises(KeyRingError, match="No se pudo crear"):
        KeyRing.create(tmp_path / "plain" / "llavero.json")


def damage(whole: dict[str, Any], how: str) -> Any:
    name = whole["write"]
    match how:
        case "other format":
            return {**whole, "format": 2}
        case "write key not there":
            return {**whole, "write": "00000000"}
        case "short key":
            return {**whole, "seal": {name: "c2hvcnQ="}}
        case "purpose missing":
            return {**whole, "purpose": {k: v for k, v in whole["purpose"].items() if k != "chain"}}
        case "same key twice":
            return {**whole, "purpose": dict.fromkeys(whole["purpose"], whole["seal"][name])}
        case "name that is no id":
            return {**whole, "write": "abc", "seal": {"abc": whole["seal"][name]}}
        case "unknown field":
            return {**whole, "extra": 1}
        case "a list":
            return []
    raise AssertionError(how)


@pytest.mark.parametrize(
    "how",
    [
        "other format",
        "write key not there",
        "short key",
        "purpose missing",
        "same key twice",
        "name that is no id",
        "unknown field",
        "a list",
    ],
)
def test_a_damaged_ring_is_refused(path: Path, how: str) -> None:
    KeyRing.create(path)
    path.write_text(json.dumps(damage(json.loads(path.read_text()), how)))
    with pytest.raises(KeyRingError, match="dañado"):
        KeyRing.load(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"null"])
def test_a_file_that_is_no_ring_is_refused(path: Path, content: bytes) -> None:
    KeyRing.create(path)
    path.write_bytes(content)
    with pytest.raises(KeyRingError, match="dañado"):
        KeyRing.load(path)
