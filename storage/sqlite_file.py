"""The SQLite file itself: one process at a time, known pragmas, and which errors mean "not now"."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from storage.errors import StoreInUse, StoreRefused, StoreUnavailable

# journal_mode comes first: the others are said of the journal that is really in use.
WRITER_PRAGMAS: Mapping[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL loses acknowledged messages in a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "busy_timeout": 5000,
    "temp_store": 2,  # memory: nothing of ours in temporary files
    "journal_size_limit": 64 * 1024 * 1024,
    "mmap_size": 0,  # an I/O error must come back as an error, not as a signal
    "fullfsync": 1,  # macOS: fsync alone does not reach the disk there
}
READER_PRAGMAS: Mapping[str, str | int] = {
    "query_only": 1,
    "wal_autocheckpoint": 0,  # before SQLite 3.51.3 two checkpointing connections can damage the file
    "trusted_schema": 0,
    "cell_size_check": 1,
    "busy_timeout": 5000,
    "temp_store": 2,
    "mmap_size": 0,
}
STATEMENTS_KEPT = 512  # prepared statements that a connection remembers

NOT_NOW = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
# After a failed fsync nobody knows what is on the disk, and asking again would say "fine" (fsyncgate).
NEVER_AGAIN = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})


def code_of(error: BaseException | None) -> int:
    """SQLite's extended code of an error, wrapped by SQLAlchemy or not; 0 when it is not SQLite's."""
    if isinstance(error, DBAPIError):
        error = error.orig
    return getattr(error, "sqlite_errorcode", 0) if isinstance(error, sqlite3.Error) else 0


def not_now(error: BaseException | None) -> StoreUnavailable | None:
    """StoreUnavailable for an error of the file (full, read-only, locked, broken); None for any other."""
    code = code_of(error)
    if code & 0xFF not in NOT_NOW:
        return None
    name = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlite_errorname", code)
    return StoreUnavailable(str(name))


def told(error: Exception) -> Exception:
    """What the waiter of a unit gets for what its unit raised."""
    if isinstance(error, StopIteration):  # a future refuses to carry it, and its waiter would wait for ever
        return RuntimeError("a unit of work raised StopIteration")
    return not_now(error) or error


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what SQLite says while the file is opened into a refusal that the operator understands."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreRefused(f"No se puede usar la base de datos {path}: {cause}.") from error
    except OSError as error:
        raise StoreRefused(
            f"No se puede usar la base de datos {path}: {error.strerror}. Revise que quien corre esto pueda escribir en"
            f" {path.parent} y que haya espacio."
        ) from error


class SoleUse:
    """The lock that keeps a second process off the file; the system drops it when this process ends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip() or "?"
            self.release()
            raise StoreInUse(
                f"Otro proceso (número {holder}) ya está usando {path}. Deténgalo antes de iniciar éste."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process in. The file stays: removing it would let two processes hold two locks."""
        with suppress(OSError):
            os.close(self._descriptor)


def create_private(path: Path) -> None:
    """Make an empty database file that only its owner may read, before SQLite makes one that others may.

    Only under `SoleUse`: closing any descriptor of the file drops the locks that this process has on it.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; BEGIN and COMMIT are ours (`isolation_level=None`)."""
    raw = sqlite3.connect(path, isolation_level=None, cached_statements=STATEMENTS_KEPT)
    return _with_pragmas(raw, WRITER_PRAGMAS)


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read; it may move between threads, one at a time."""
    raw = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        cached_statements=STATEMENTS_KEPT,
        check_same_thread=False,
    )
    return _with_pragmas(raw, READER_PRAGMAS)


def _with_pragmas(raw: sqlite3.Connection, pragmas: Mapping[str, str | int]) -> sqlite3.Connection:
    try:
        for name, value in pragmas.items():
            raw.execute(f"PRAGMA {name} = {value}").fetchall()
        check_pragmas(raw, pragmas)
    except BaseException:
        raw.close()
        raise
    return raw


def check_pragmas(raw: sqlite3.Connection, pragmas: Mapping[str, str | int]) -> None:
    """Read every pragma back; SQLite ignores in silence what it can't do. Raises StoreRefused."""
    for name, wanted in pragmas.items():
        row = raw.execute(f"PRAGMA {name}").fetchone()
        found = row[0] if row else "nada"
        if found != wanted:
            raise StoreRefused(
                f"SQLite no aceptó un ajuste del que depende que nada se pierda: {name} quedó en {found}"
                f" y debe ser {wanted}. ¿Está la carpeta de datos en un disco de red?"
            )
