"""A forked child under strace: killed, or refused, at the n-th of its system calls; or only written down.

The parent has everything imported already, so a child costs a fork and not a start of Python.
"""

from __future__ import annotations

import faulthandler
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import pytest

from tests.faults.shares import alone_here

# What changes the disk, and the pipe to the world outside (`write`): after these a death leaves something else behind.
CHANGES = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "write")

CALL = re.compile(r"(\d+) +(\w+)\(")

PATIENCE = float(os.environ.get("PATIENCE", "120"))  # seconds for one child; a morning takes less than five
LAST_WORDS = 1.0  # seconds that it then has to say where each of its threads stands

Act = Callable[[Callable[[str], None]], None]  # gets `tell`, which says a line to whoever watches


@dataclass(frozen=True, slots=True)
class Ended:
    """What a child said before its end, and how it ended."""

    said: Sequence[str]
    status: int  # as os.waitstatus_to_exitcode: -9 was killed
    hung: bool = False  # it neither ended nor was killed, and then we did it

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL and not self.hung


def available() -> str | None:
    """Where strace is. Without it: skipped aloud, failed in CI."""
    found = shutil.which("strace")
    if found is None:
        message = "NO STRACE: the campaigns at the system calls did not run (apt-get install strace)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def killed_at(call: str, number: int, act: Act) -> Ended:
    """Kill the child on entering the n-th call of that name of any of its threads."""
    return under(act, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")


def refused_at(call: str, when: str, error: str, act: Act) -> Ended:
    """Let calls of that name fail: `when` is "5" (that one), "5..9", or "5+" (from then on)."""
    return under(act, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")


def under(act: Act, *options: str, output: str = os.devnull) -> Ended:
    """Fork, let strace take hold of the child, let the child act, and hear what it says until it ends."""
    child, go, said = _forked(act)
    command = ["strace", "-f", "-p", str(child), "-o", output, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        try:
            assert strace.stderr is not None
            first = strace.stderr.readline()
            assert "attached" in first, f"strace: {first}"
        finally:
            os.close(go)  # the child goes on
        return _heard(child, said)


def alone(act: Act) -> Ended:
    """The same, with nobody watching the child's system calls."""
    child, go, said = _forked(act)
    os.close(go)
    return _heard(child, said)


def calls_of(act: Act, *names: str) -> list[tuple[str, int]]:
    """Every call of these names in an undisturbed run, numbered within one thread, as strace counts."""
    with tempfile.NamedTemporaryFile() as log:
        ended = under(act, "-e", f"trace={','.join(names)}", output=log.name)
        assert ended.status == 0, "it does not even go well undisturbed"
        with open(log.name, encoding="utf-8") as lines:
            counted = Counter(found.groups() for found in map(CALL.match, lines) if found)
    most: Counter[str] = Counter()
    for (_, call), number in counted.items():
        most[call] = max(most[call], number)
    return [(call, number) for call in sorted(most) for number in range(1, most[call] + 1)]


def _forked(act: Act) -> tuple[int, int, int]:
    """A child that waits until `go` is closed; its pid, `go`, and the pipe in which it speaks."""
    go_read, go_write = os.pipe()
    said_read, said_write = os.pipe()
    alone_here()
    child = os.fork()
    if child == 0:
        os.close(go_write)
        os.close(said_read)
        _be_the_child(act, go_read, said_write)
    os.close(go_read)
    os.close(said_write)
    return child, go_write, said_read


def _heard(child: int, pipe: int) -> Ended:
    ended = threading.Event()
    watching = threading.Timer(PATIENCE, _end, (child, ended))
    watching.start()
    with os.fdopen(pipe, encoding="utf-8") as said:
        lines = [line.rstrip("\n") for line in said if line.endswith("\n")]
    _, status = os.waitpid(child, 0)
    watching.cancel()
    watching.join()
    return Ended(lines, os.waitstatus_to_exitcode(status), ended.is_set())


def _end(child: int, ended: threading.Event) -> None:
    """It hangs: in its own code, or in strace's hands. First it says where each of its threads stands."""
    ended.set()
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGUSR1)
        time.sleep(LAST_WORDS)
        os.kill(child, signal.SIGKILL)


def _be_the_child(act: Act, go: int, said: int) -> NoReturn:
    status = 1
    try:
        os.read(go, 1)  # nothing comes: it is closed once strace holds us
        # Not `dump_traceback_later`: pytest's own may run in the parent, and the child would wait for that thread.
        faulthandler.register(signal.SIGUSR1, file=sys.__stderr__)
        act(lambda line: _write(said, line))
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def _write(said: int, line: str) -> None:
    os.write(said, f"{line}\n".encode())
