"""A copy of the whole store, files included, sealed to an age public key: this machine can't read it back.

The archive is a tar (`manifest.json`, then the copy) inside age. The key ring is never in it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool, StaticPool

from storage.checkup import Checkup, Tell, check_up, counts_of
from storage.errors import StoreRefused
from storage.migrations.migrate import version_of
from storage.moving import refuse_unless_empty
from storage.plain import SQLITE, alone_with
from storage.sealing import KeyRing, Sealer
from storage.selfcheck import check_ring
from storage.sqlite_file import SoleUse, connect_reader, connect_writer, refusing

PREFIX, SUFFIX = "proximidad-", ".tar.age"
MANIFEST = "manifest.json"
SCRATCH = ".respaldo-"
LONGEST_RUN = 12 * 3600.0  # seconds: another one may be under way


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a copy says of itself."""

    engine: Literal["sqlite", "postgresql"]
    at: datetime
    revision: str
    counts: dict[str, int]

    @property
    def member(self) -> str:
        """The name of the copy in the archive."""
        return "proximidad.db" if self.engine == "sqlite" else "proximidad.dump"


def back_up(url: str, folder: Path, recipient: str, at: datetime) -> Path:
    """Copy the store at a URL, in use or not, into a new archive in a folder. Raises StoreRefused."""
    key = _recipient(recipient)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    archive = folder / f"{PREFIX}{at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    with _scratch(folder) as scratch:
        copy = scratch / "copy"
        manifest = _copy_sqlite(url, copy, at) if url.startswith(SQLITE) else _dump(url, copy, at)
        packed = scratch / "packed"
        _pack(packed, copy, manifest)
        copy.unlink()
        sealed = scratch / "sealed"
        _seal(packed, sealed, key)
        sealed.replace(archive)
    _sync(folder)
    return archive


def forget_old(folder: Path, before: datetime) -> list[Path]:
    """Delete our archives made before a moment: what was erased has to leave the copies too."""
    oldest = f"{PREFIX}{before:%Y%m%dT%H%M%SZ}{SUFFIX}"
    old = [path for path in sorted(folder.glob(f"{PREFIX}*{SUFFIX}")) if path.name < oldest]
    for path in old:
        path.unlink()
    return old


def restore(archive: Path, identity: str, url: str, ring: KeyRing, tell: Tell) -> Checkup:
    """The store of an archive at a URL where nothing is yet; whole, or nothing. Raises StoreRefused."""
    place = Path(url.removeprefix(SQLITE)).parent if url.startswith(SQLITE) else Path(tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _scratch(place) as scratch:
        copy, manifest = _unpack(archive, identity, scratch)
        if url.startswith(SQLITE) != (manifest.engine == "sqlite"):
            raise StoreRefused(
                f"La copia es de {manifest.engine}: restáurela ahí y pásela después con `proximidad migrate`."
            )
        sealer = Sealer(ring)
        if manifest.engine == "postgresql":
            return _load(url, copy, manifest, sealer, tell)
        return _put_in_place(Path(url.removeprefix(SQLITE)), copy, manifest, sealer, tell)


# ---- SQLite ----


def _copy_sqlite(url: str, copy: Path, at: datetime) -> Manifest:
    """VACUUM INTO reads one moment beside the process that serves, and never checkpoints its file."""
    place = Path(url.removeprefix(SQLITE))
    with refusing(place):
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(connect_reader(place)) as raw:
            raw.execute("PRAGMA query_only = 0")  # the connection itself is read-only; the copy is not
            raw.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as raw:
            return _manifest_of(raw, at)


def _manifest_of(raw: sqlite3.Connection, at: datetime) -> Manifest:
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    with engine.connect() as connection:
        return Manifest("sqlite", at, version_of(connection) or "", counts_of(connection))


def _put_in_place(place: Path, copy: Path, manifest: Manifest, sealer: Sealer, tell: Tell) -> Checkup:
    with refusing(place):
        lock = SoleUse(place)
        try:
            if place.exists() and place.stat().st_size:
                raise StoreRefused(
                    f"{place} ya existe: no se toca. Muévalo antes o restaure en otra carpeta."
                )
            found = _check_file(copy, manifest, sealer, tell)
            copy.chmod(0o600)
            copy.replace(place)
            _sync(place.parent)
        finally:
            lock.release()
    return found


def _check_file(copy: Path, manifest: Manifest, sealer: Sealer, tell: Tell) -> Checkup:
    with closing(connect_writer(copy)) as raw:
        damage = [row[0] for row in raw.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
        if damage or raw.execute("PRAGMA foreign_key_check").fetchall():
            raise StoreRefused(f"La copia está dañada: {'; '.join(damage[:3]) or 'renglones huérfanos'}.")
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        with engine.connect() as connection:
            check_ring(connection, sealer)
            found = check_up(connection, sealer, tell)
        found.refuse_unless_whole(manifest.counts)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found


# ---- PostgreSQL ----


def _dump(url: str, copy: Path, at: datetime) -> Manifest:
    """pg_dump of the very moment that was counted: both look through one exported snapshot."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    isolated = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with isolated.connect() as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        manifest = Manifest("postgresql", at, version_of(connection) or "", counts_of(connection))
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             f"--file={copy}")  # fmt: skip
    return manifest


def _load(url: str, copy: Path, manifest: Manifest, sealer: Sealer, tell: Tell) -> Checkup:
    _refuse_unless_bare(url)
    _run(
        "pg_restore",
        url,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(copy),
    )
    with alone_with(url) as connection:
        check_ring(connection, sealer)
        found = check_up(connection, sealer, tell)
        found.refuse_unless_whole(manifest.counts)
    return found


def _refuse_unless_bare(url: str) -> None:
    """An empty database, or one where only empty tables of ours stand, which make room."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        if version_of(connection) is None:
            return
        refuse_unless_empty(connection)
    raise StoreRefused("La base de destino ya tiene tablas: use una recién creada (`createdb`).")


def _run(program: str, url: str, *options: str) -> None:
    """A client of PostgreSQL; the password goes by its environment, where `ps` does not show it."""
    found = shutil.which(program)
    if found is None:
        raise StoreRefused(f"Falta {program}: instale el cliente de PostgreSQL (paquete postgresql-client).")
    target = make_url(url).set(drivername="postgresql")
    environment = dict(os.environ, **({"PGPASSWORD": str(target.password)} if target.password else {}))
    database = _without_password(target)
    connecting = ("--dbname", database) if program == "pg_restore" else (f"--dbname={database}",)
    done = subprocess.run(  # noqa: S603  no shell, our own arguments
        (found, *connecting, *options), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreRefused(f"{program} no terminó: {done.stderr.strip()[:500]}")


def _without_password(target: URL) -> str:
    bare = URL.create(
        target.drivername, target.username, None, target.host, target.port, target.database, target.query
    )
    return bare.render_as_string(hide_password=False)


# ---- the archive ----


def new_pair(path: Path) -> str:
    """Write a new private key for the archives at `path`, for its owner only; returns the public one."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StoreRefused(f"No se pudo escribir la llave en {path}: {error.strerror}.") from None
    public = str(identity.to_public())
    with open(descriptor, "w") as file:
        file.write(f"# public key: {public}\n{identity}\n")
    return public


def _recipient(text: str) -> object:
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(text)
    except RecipientError:
        raise StoreRefused(
            "PROXIMIDAD_BACKUP_KEY: no es una llave pública de age (age1…). `proximidad keys backup ARCHIVO` hace una."
        ) from None


def _pack(packed: Path, copy: Path, manifest: Manifest) -> None:
    note = packed.with_name(MANIFEST)
    note.write_bytes(msgspec.json.encode(manifest))
    with tarfile.open(packed, "w") as tar:
        tar.add(note, MANIFEST)
        tar.add(copy, manifest.member)


def _seal(packed: Path, sealed: Path, recipient: object) -> None:
    import pyrage

    pyrage.encrypt_file(str(packed), str(sealed), [recipient])
    sealed.chmod(0o600)
    with sealed.open("rb") as file:
        os.fsync(file.fileno())


def _unpack(archive: Path, identity: str, scratch: Path) -> tuple[Path, Manifest]:
    import pyrage

    secret = "".join(line for line in identity.splitlines() if not line.startswith("#")).strip()
    packed = scratch / "packed"
    try:
        pyrage.decrypt_file(str(archive), str(packed), [pyrage.x25519.Identity.from_str(secret)])
    except (pyrage.IdentityError, pyrage.DecryptError) as wrong:
        raise StoreRefused(f"La llave no abre {archive.name}, o el archivo está dañado ({wrong}).") from None
    except OSError as wrong:
        if wrong.errno is None:  # pyrage's own word for a part that was altered
            raise StoreRefused(f"{archive.name} está dañado ({wrong}).") from None
        raise StoreRefused(f"No se pudo leer {archive}: {wrong.strerror}.") from None
    with tarfile.open(packed) as tar:
        tar.extractall(scratch, filter="data")
    packed.unlink()
    manifest = msgspec.json.decode((scratch / MANIFEST).read_bytes(), type=Manifest)
    return scratch / manifest.member, manifest


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder of our own beside the target, gone at the end whatever happens."""
    _clear(folder)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as name:
        yield Path(name)


def _clear(folder: Path) -> None:
    """What a run before this one left when it was killed: a whole copy, not sealed to the key, as large as the store."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > LONGEST_RUN:
            shutil.rmtree(left, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
