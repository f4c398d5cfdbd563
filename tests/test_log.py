"""Nothing that names a person or opens a door is ever written to the log."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot import log

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
    assert line.pop("timestamp")
    assert line == {"event": "sent", "action": "sent", "row": 7, "code": "***", "level": "info"}


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
    log.set_up()
    library = logging.getLogger("some.library")
    library.info("GET https://x/bot%s", TOKEN)
    library.warning("GET https://x/bot%s", TOKEN)
    try:
        raise RuntimeError(TEXT)
    except RuntimeError:
        library.exception("it broke")
    warning, broke = written(capsys)
    assert warning["event"] == "GET https://x/bot***"
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
    assert (line["action"], line["error"]) == ("ended", "ValueError")
    assert TEXT not in json.dumps(line)
