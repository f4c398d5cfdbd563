"""The key ring, sealing with AES-256-GCM, and keyed hashes.

A sealed value is `format (1 byte) | key id (4) | nonce (12) | ciphertext and tag`, bound to its table, column
and row: moved anywhere else it does not open. One key writes; older ones only read, until nothing is left of
them.
Nonces are random: one key is good for 2**32 values, more than a municipality writes in a century.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, overload

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.keyed import Keyed
from storage.errors import KeyRingError, Unreadable

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

FORMAT = 1
KEY_BYTES = 32
ID_BYTES = 4
NONCE_BYTES = 12
HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES
TAG_BYTES = 16

PURPOSES = (  # one key each, so that a value hashed for one use says nothing in another
    "lookup",  # channel addresses: found again, never read
    "cell",  # 150 m cells of exact places
    "code",  # one-time codes of enrolment
    "button",  # tokens behind the buttons
    "chain",  # events of a report
    "audit",  # decisions and reads of sensitive things
    "page",  # cookies and links of the pages
)


class _RingFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file as written; msgspec turns bytes into base64."""

    format: int
    write: str
    seal: dict[str, bytes]
    purpose: dict[str, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Every key there is. `write` names the one that seals; the order of `seal` is newest first."""

    write: str
    seal: Mapping[str, bytes]
    purpose: Mapping[str, bytes]
    path: Path | None = field(default=None, compare=False)  # the file that it was read from

    def __repr__(self) -> str:
        return f"KeyRing(write={self.write!r}, seal={list(self.seal)!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key ring is not pickled")

    @classmethod
    def throwaway(cls) -> KeyRing:
        """Keys that live as long as this process: the demo and the tests."""
        name = secrets.token_hex(ID_BYTES)
        purposes = {purpose: secrets.token_bytes(KEY_BYTES) for purpose in PURPOSES}
        return _checked(_RingFile(FORMAT, name, {name: secrets.token_bytes(KEY_BYTES)}, purposes))

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Write a new ring at `path`, for its owner only; never over another file."""
        ring = cls.throwaway()
        if path.exists():
            raise KeyRingError(f"Ya existe un llavero en {path}; no se sobrescribe.")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise KeyRingError(f"No se pudo crear el llavero en {path}: {error.strerror}.") from None
        with open(descriptor, "wb") as file:
            file.write(ring._as_json())
            file.flush()
            os.fsync(file.fileno())
        return ring

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the ring at `path`; refuses one that others may read."""
        try:
            with open(path, "rb") as file:
                _refuse_shared(path, os.fstat(file.fileno()).st_mode)
                written = msgspec.json.decode(file.read(), type=_RingFile)
            return replace(_checked(written), path=path)
        except FileNotFoundError:
            raise KeyRingError(f"Falta el llavero en {path}; sin él no se puede leer nada.") from None
        except OSError as error:
            raise KeyRingError(f"No se pudo leer el llavero en {path}: {error.strerror}.") from None
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
            raise KeyRingError(f"El llavero en {path} está dañado o incompleto.") from None

    def key_for(self, purpose: str) -> bytes:
        """The key of one purpose; a name that is not in `PURPOSES` is a mistake of ours."""
        try:
            return self.purpose[purpose]
        except KeyError:
            raise KeyRingError(f"El llavero no tiene llave para «{purpose}».") from None

    def with_new_key(self) -> KeyRing:
        """A new key seals from now on; all others go on reading."""
        name = secrets.token_hex(ID_BYTES)
        seal = {name: secrets.token_bytes(KEY_BYTES), **self.seal}
        return replace(self, write=name, seal=MappingProxyType(seal))

    def without(self, name: str) -> KeyRing:
        """The ring without an old key. Raises KeyRingError for the one that seals, or one that is not there."""
        if name == self.write or name not in self.seal:
            raise KeyRingError(f"«{name}» es la llave en uso o no está en el llavero: no se quita.")
        return replace(self, seal=MappingProxyType({n: key for n, key in self.seal.items() if n != name}))

    def save(self) -> None:
        """Put this ring in the place of the one in its file: the old one or the new one is there, whole."""
        if self.path is None:
            raise KeyRingError("Este llavero no tiene archivo.")
        beside = self.path.with_name(f".{self.path.name}.nuevo")
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(self._as_json())
                file.flush()
                os.fsync(file.fileno())
            os.chown(beside, self.path.stat().st_uid, self.path.stat().st_gid)
            beside.replace(self.path)
        except OSError as error:
            raise KeyRingError(f"No se pudo escribir el llavero en {self.path}: {error.strerror}.") from None

    def _as_json(self) -> bytes:
        written = _RingFile(FORMAT, self.write, dict(self.seal), dict(self.purpose))
        return msgspec.json.format(msgspec.json.encode(written)) + b"\n"


def _refuse_shared(path: Path, mode: int) -> None:
    if stat.S_IMODE(mode) & 0o077:
        raise KeyRingError(
            f"Otros usuarios de este equipo pueden leer el llavero en {path}. Corríjalo con: chmod 600 {path}"
        )


def _checked(written: _RingFile) -> KeyRing:
    """The ring behind a file; ValueError when it is not whole."""
    keys = [*written.seal.values(), *written.purpose.values()]
    whole = (
        written.format == FORMAT
        and written.write in written.seal
        and all(len(bytes.fromhex(name)) == ID_BYTES for name in written.seal)
        and set(written.purpose) >= set(PURPOSES)
        and all(len(key) == KEY_BYTES for key in keys)
        and len(set(keys)) == len(keys)
    )
    if not whole:
        raise ValueError("the key ring is not whole")
    return KeyRing(
        write=written.write,
        seal=MappingProxyType(written.seal),
        purpose=MappingProxyType(written.purpose),
    )


class _Keys:
    """A ring, ready for use; never changed, only put in the place of another."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self.changed_at = _changed_at(ring)
        self.head = bytes([FORMAT]) + bytes.fromhex(ring.write)
        self.write = AESGCM(ring.seal[ring.write])
        self.read = {bytes.fromhex(name): AESGCM(key) for name, key in ring.seal.items()}
        self.codes = {purpose: Keyed(key) for purpose, key in ring.purpose.items()}


class Sealer:
    """Seals, opens and hashes with the keys of one ring; safe to share between threads.

    The ring's file may be changed under it: a key that it does not know yet it looks for there.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._keys = _Keys(ring)

    @property
    def ring(self) -> KeyRing:
        """The keys in use."""
        return self._keys.ring

    def renew(self) -> bool:
        """Take the ring from its file when it changed; says whether it did. One that is not whole is left."""
        ring = self._keys.ring
        if ring.path is None or _changed_at(ring) == self._keys.changed_at:
            return False
        try:
            self._keys = _Keys(KeyRing.load(ring.path))
        except KeyRingError:
            return False
        return True

    def seal(self, table: str, column: str, row: str, plain: bytes) -> bytes:
        """`plain` as it is kept in that column of that row, and nowhere else."""
        keys, nonce = self._keys, os.urandom(NONCE_BYTES)
        return keys.head + nonce + keys.write.encrypt(nonce, plain, _place(table, column, row))

    def open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """What was sealed there. Raises Unreadable."""
        name = sealed[1 : 1 + ID_BYTES]
        key = self._keys.read.get(name)
        if key is None and self.renew():
            key = self._keys.read.get(name)
        if key is None or sealed[0] != FORMAT or len(sealed) < HEAD_BYTES + TAG_BYTES:
            raise Unreadable(f"{table}.{column} of row {row}: no such key or form")
        nonce = sealed[1 + ID_BYTES : HEAD_BYTES]
        try:
            return key.decrypt(nonce, sealed[HEAD_BYTES:], _place(table, column, row))
        except InvalidTag:
            raise Unreadable(f"{table}.{column} of row {row}: altered, or not of this row") from None

    def seal_json(self, table: str, column: str, row: str, value: Any) -> bytes:
        """Seal any JSON-able value (dataclasses, enums and moments included), compact."""
        return self.seal(table, column, row, _encode(value))

    @overload
    def open_json(self, table: str, column: str, row: str, sealed: bytes) -> Any: ...
    @overload
    def open_json(self, table: str, column: str, row: str, sealed: bytes, kind: type[T]) -> T: ...
    def open_json(self, table: str, column: str, row: str, sealed: bytes, kind: Any = Any) -> Any:
        """The JSON value sealed there, as plain dicts and lists or as `kind`. Raises Unreadable."""
        plain = self.open(table, column, row, sealed)
        try:
            return _decode(plain) if kind is Any else msgspec.json.decode(plain, type=kind)
        except msgspec.MsgspecError:
            raise Unreadable(f"{table}.{column} of row {row}: not the expected form") from None

    def keyed(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA256 of a text, to find it again without being able to read it."""
        return self.mac(purpose, value.encode())

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 with the key of one purpose."""
        code = self._keys.codes.get(purpose) or Keyed(self.ring.key_for(purpose))
        return code(message)


def _changed_at(ring: KeyRing) -> int:
    """When the file of a ring was written; 0 when there is none."""
    try:
        return os.stat(ring.path).st_mtime_ns if ring.path is not None else 0
    except OSError:
        return 0


def _place(table: str, column: str, row: str) -> bytes:
    """Where a value belongs; tables and columns are ours and hold no separator, so this is unambiguous."""
    return f"{FORMAT}|{table}|{column}|{row}".encode()
