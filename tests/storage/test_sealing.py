"""What is sealed opens only where it was sealed, with the right key; what is keyed is found, never read."""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
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
    with pytest.raises(TypeError, match=r"not pickled$"):
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


# ---- what was written long ago ----

OLD_NAME, OLD_KEY = "0a0b0c0d", bytes([1]) * 32
OLD_VALUE = "010a0b0c0dea85d45b19e76866e59a9d0779658b5210e7061464c8ec61408acbea2d529cfc0eeda05ce21d"
OLD_HASHES = {
    "lookup": "aabb4081a8488c10",
    "cell": "b4d04fc4a7e62cd1",
    "code": "d3c3d0f2dfc3f757",
    "button": "a36ff865d63b51a9",
    "chain": "a87932841de11e5a",
    "audit": "06125a6fa2698809",
    "page": "20fb0ff11d8d0850",
}


def test_what_an_older_programme_sealed_and_hashed_is_read_and_found(path: Path) -> None:
    """A town has years of values and a ring in an envelope: neither form may ever change under them."""
    purposes = {name: bytes([n]) * 32 for name, n in zip(OLD_HASHES, (2, 3, 4, 5, 6, 7, 9), strict=True)}
    purposes["folio"] = bytes([8]) * 32  # a purpose of those days
    written = {"format": 1, "write": OLD_NAME, "seal": {OLD_NAME: OLD_KEY}, "purpose": purposes}
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode(written))
    path.chmod(0o600)
    sealer = Sealer(KeyRing.load(path))
    assert sealer.open(*HERE, bytes.fromhex(OLD_VALUE)) == b"me robaron"
    assert {name: sealer.keyed(name, "983").hex()[:16] for name in OLD_HASHES} == OLD_HASHES
    assert set(PURPOSES) == set(OLD_HASHES)


# ---- its file in the place of another ----


@pytest.mark.parametrize("place", [".", "of/nobody/yet"])
def test_a_ring_is_made_in_a_folder_that_is_there_or_not(tmp_path: Path, place: str) -> None:
    path = tmp_path / place / "llavero.json"
    assert KeyRing.create(path) == KeyRing.load(path)


def test_it_is_on_the_disk_whole_before_it_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that a power cut takes back are the data taken back."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    KeyRing.create(path)
    assert synced == [path.stat().st_size]
    KeyRing.load(path).with_new_key().save()
    assert synced[1:] == [path.stat().st_size]


def test_what_a_crash_left_beside_it_is_in_nobodys_way(path: Path) -> None:
    KeyRing.create(path)
    path.with_name(f".{path.name}.nuevo").write_text("half")
    new = KeyRing.load(path).with_new_key()
    new.save()
    assert KeyRing.load(path) == new


def test_it_stays_its_owners_whoever_changes_the_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator runs the command; the service reads the file."""
    KeyRing.create(path)
    given: list[tuple[str, int, int]] = []
    monkeypatch.setattr(os, "chown", lambda *words: given.append((Path(words[0]).name, *words[1:])))
    KeyRing.load(path).with_new_key().save()
    owner = path.stat()
    assert given == [(f".{path.name}.nuevo", owner.st_uid, owner.st_gid)]


def test_keys_without_a_file_have_nowhere_to_be_kept() -> None:
    with pytest.raises(KeyRingError, match=r"^Este llavero no tiene archivo\.$"):
        KeyRing.throwaway().save()


def test_a_file_that_did_not_change_is_not_taken_anew(path: Path) -> None:
    KeyRing.create(path)
    sealer = Sealer(KeyRing.load(path))
    assert sealer.renew() is False
    KeyRing.load(path).with_new_key().save()
    assert sealer.renew() is True
