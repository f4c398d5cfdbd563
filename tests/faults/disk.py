"""A disk that may lose power: what strace wrote down of a process, and every state it could leave behind.

Of each file is certain what was synced; of what was written since, any part may have reached the platter, a single
write even in part (sectors of 512 bytes). A new or removed name is certain once the folder is synced; names change in
their order, as journalling file systems do it. The index in shared memory (`-shm`) is no file's business: SQLite
builds it anew.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALL = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?:\d+<(?P<path>[^>]*)>)?(?P<rest>.*)")
DATA = re.compile(r', "(?P<bytes>(?:\\x[0-9a-f]{2})*)", \d+(?:, (?P<offset>\d+))?')
RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>")
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the process did to a file, to the folder, or to the world outside (`told`)."""

    what: str  # write, truncate, unlink, sync, told
    path: str = ""
    offset: int = 0  # of a write; the new length of a truncate
    data: bytes = b""


def events_of(log: Iterable[str], stem: str) -> Iterator[Event]:
    """What strace wrote (`-f -y -xx`), as far as it concerns files that begin with `stem`, their folder, or a pipe.

    A write counts from when it began (it may be on the disk), a sync from when it ended (not before).
    """
    folder, unfinished = str(Path(stem).parent), {}
    for line in log:
        if resumed := RESUMED.match(line):
            if late := unfinished.pop((resumed["thread"], resumed["name"]), None):
                yield late
            continue
        call = CALL.match(line)
        event = _event(call) if call else None
        if event is None or not (event.what == "told" or event.path == folder or event.path.startswith(stem)):
            continue
        if event.path.endswith("-shm"):
            continue
        assert call is not None
        if event.what == "sync" and "<unfinished" in line:
            unfinished[call["thread"], call["name"]] = event
        else:
            yield event


def _event(call: re.Match[str]) -> Event | None:
    name, path, rest = call["name"], _plain(call["path"] or ""), call["rest"]
    if rest.startswith("(deleted)"):  # the test runner's own: where it keeps what is printed
        return None
    if name in ("fdatasync", "fsync"):
        return Event("sync", path)
    if name == "ftruncate":
        return Event("truncate", path, int(re.findall(r"\d+", rest)[0]))
    if name == "unlink":
        return Event("unlink", _plain(rest.split('"')[1]))
    found = DATA.match(rest)
    if found is None:
        assert name not in ("write", "pwrite64"), f"not understood: {call[0][:120]}"
        return None
    data = bytes.fromhex(found["bytes"].replace("\\x", ""))
    if name == "write" and path.startswith("pipe:"):
        return Event("told", data=data)
    return Event("write", path, int(found["offset"] or 0), data) if name == "pwrite64" else None


def _plain(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode() if text.startswith("\\x") else text


@dataclass(slots=True)
class File:
    """What is certainly on the disk, and what was done since."""

    certain: bytes = b""
    since: list[Event] = field(default_factory=list)

    def as_of(self, chosen: Sequence[Event]) -> bytes:
        """The content when only these of the later changes arrived."""
        content = bytearray(self.certain)
        for event in chosen:
            if event.what == "truncate":
                content[event.offset :] = bytes(max(0, event.offset - len(content)))
            else:
                content.extend(bytes(max(0, event.offset - len(content))))
                content[event.offset : event.offset + len(event.data)] = event.data
        return bytes(content)


Names = dict[str, int]  # the name of a file and the number of its inode
Image = dict[str, bytes]


class Disk:
    """The disk of one process, event by event."""

    def __init__(self, before: Image) -> None:
        self._files = {number: File(content) for number, content in enumerate(before.values())}
        self._names: Names = {name: number for number, name in enumerate(before)}
        self._folders: list[Names] = [dict(self._names)]  # as it certainly is, then each later state of it

    def do(self, event: Event) -> None:
        """It happened."""
        if event.what == "unlink":
            del self._names[event.path]
            self._folders.append(dict(self._names))
        elif event.what == "sync" and event.path not in self._names:
            self._folders = [dict(self._names)]
        elif event.what == "sync":
            file = self._files[self._names[event.path]]
            file.certain, file.since = file.as_of(file.since), []
        elif event.what in ("write", "truncate"):
            self._at(event.path).since.append(event)

    def _at(self, path: str) -> File:
        if path not in self._names:
            self._names[path] = len(self._files)
            self._files[len(self._files)] = File()
            self._folders.append(dict(self._names))
        return self._files[self._names[path]]

    def without_what_is_uncertain(self) -> Image:
        """Everything that no sync covers is lost."""
        return {path: self._files[number].certain for path, number in self._folders[0].items()}

    def whole(self) -> Image:
        """Everything arrived."""
        return {path: file.as_of(file.since) for path, file in self._named(self._folders[-1])}

    def by_chance(self, chance: random.Random) -> Image:
        """Some of it arrived, in any order, one write perhaps in part."""
        names = self._folders[chance.randrange(len(self._folders))]
        return {path: file.as_of(_some(file.since, chance)) for path, file in self._named(names)}

    def _named(self, names: Names) -> Iterator[tuple[str, File]]:
        return ((path, self._files[number]) for path, number in names.items())


def _some(events: Sequence[Event], chance: random.Random) -> list[Event]:
    share = chance.random()
    chosen = [event for event in events if chance.random() < share]
    if chosen and chance.random() < 0.5:
        torn = chance.randrange(len(chosen))
        chosen[torn] = _torn(chosen[torn], chance)
    return chosen


def _torn(event: Event, chance: random.Random) -> Event:
    kept = SECTOR * chance.randint(0, len(event.data) // SECTOR)
    return Event("write", event.path, event.offset, event.data[:kept]) if event.what == "write" else event
