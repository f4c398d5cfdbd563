"""Nothing that names a person or opens a door is ever written to the log."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import structlog

from bot import log

LINE = r"(log|structlog\.get_logger\(\))\.(debug|info|warning|error|critical|exception)"
TEXT = "me golpea mi esposo en la calle Roma"
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The logs of the other tests stay as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getMe", "https://api.telegram.org/bot***/getMe"),
        ("to whatsapp:+5219831234567", "to ***"),
        ("call +529831234567 now", "call *** now"),
        ("9831234567", "***"),
        ("AC" + "0a" * 16, "***"),
        ("folio 1234-5678 of 2026-11-23", "folio 1234-5678 of 2026-11-23"),
        ("row 4711, 503", "row 4711, 503"),
    ],
)
def test_tokens_and_numbers_of_people_are_masked(text: str, kept: str) -> None:
    assert log.mask(text) == kept


def test_a_line_is_json_with_its_action_and_only_known_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """A text handed in under another name can't slip in."""
    log.set_up()
    structlog.get_logger().info("sent", action="sent", row=7, text=TEXT, person="rosa", code="+529831234567")
    (line,) = written(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", str(line.pop("timestamp")))
    assert line == {"event": "sent", "action": "sent", "row": 7, "code": "***", "level": "info"}


def keys_written() -> Iterator[str]:
    """What our own code adds to its lines."""
    root = Path(log.__file__).parents[1]
    for path in chain.from_iterable((root / top).rglob("*.py") for top in ("bot", "handlers", "storage")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and re.fullmatch(LINE, ast.unparse(node.func)):
                extra = [word.value for word in node.keywords if word.arg == "extra"]
                yield from (
                    word.arg for word in node.keywords if word.arg and word.arg not in ("extra", "exc_info")
                )
                yield from (key for one in extra for key in ast.literal_eval(one))


def test_the_list_of_keys_is_what_is_written() -> None:
    """A key that nobody writes is an open door; one that is not on the list is dropped unseen."""
    added_for_all = {"event", "level", "timestamp", "where"}
    assert set(keys_written()) | added_for_all == log.ALLOWED


def test_our_words_are_read_as_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    structlog.get_logger().info("corrió")
    logging.getLogger("some.library").warning("terminó")
    said = capsys.readouterr().err
    assert "corrió" in said
    assert "terminó" in said


def test_of_an_exception_only_its_class_and_place_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Its message may hold what somebody wrote."""
    log.set_up()
    try:
        raise ValueError(TEXT)
    except ValueError:
        structlog.get_logger().exception("turn failed", action="turn_failed")
    (line,) = written(capsys)
    assert line["error"] == "ValueError"
    assert str(line["where"]).startswith("test_log.py:")
    assert TEXT not in json.dumps(line)


def test_of_a_deep_failure_the_innermost_places_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def dig(deeper: int) -> None:
        if not deeper:
            raise ValueError(TEXT)
        dig(deeper - 1)

    log.set_up()
    try:
        dig(20)
    except ValueError:
        structlog.get_logger().exception("turn failed")
    (line,) = written(capsys)
    places = str(line["where"]).split(" < ")
    assert len(places) == 8
    assert all(re.fullmatch(r"test_log\.py:\d+ dig", place) for place in places)


def test_an_exception_handed_in_is_treated_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    structlog.get_logger().error("broken", exc_info=KeyError(TEXT))
    (line,) = written(capsys)
    assert (line["error"], line["where"]) == ("KeyError", "")


def test_without_an_exception_there_is_nothing_to_place(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()
    structlog.get_logger().error("odd", exc_info=True)
    assert "error" not in written(capsys)[0]


def test_libraries_speak_through_the_same_mask(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    log.set_up()
    library = logging.getLogger("some.library")
    library.info("GET https://x/bot%s", TOKEN)
    library.warning("GET https://x/bot%s", TOKEN, extra={"action": "asked", "text": TEXT})
    try:
        raise RuntimeError(TEXT)
    except RuntimeError:
        library.exception("it broke")
    warning, broke = written(capsys)
    assert (warning["event"], warning["action"]) == ("GET https://x/bot***", "asked")
    assert "text" not in warning
    assert (broke["error"], TEXT in json.dumps(broke)) == ("RuntimeError", False)


@pytest.mark.parametrize(("quiet", "lines"), [(False, ["told", "warned"]), (True, ["warned"])])
def test_the_demonstration_is_quiet(
    quiet: bool, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up(quiet=quiet)
    structlog.get_logger().info("told")
    structlog.get_logger().warning("warned")
    assert [line["event"] for line in written(capsys)] == lines


def test_a_failed_task_is_told_without_what_its_exception_says(capsys: pytest.CaptureFixture[str]) -> None:
    """asyncio writes the exception and its message into its own line."""
    log.set_up()
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=%s>" % ValueError(TEXT)  # noqa: UP031
    )
    (line,) = written(capsys)
    assert line["event"] == "Task exception was never retrieved"


def test_the_last_words_of_a_process_say_nothing_either(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    log.set_up()
    sys.excepthook(ValueError, ValueError(TEXT), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    (line,) = written(capsys)
    assert (line["event"], line["action"], line["error"]) == ("ended by a failure", "ended", "ValueError")
    assert TEXT not in json.dumps(line)
