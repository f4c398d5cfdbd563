"""The measures on messages that did not shape the weights may not fall."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.triage import SLUGS, Triage
from bot.triage.evaluate import Outcome, Share, evaluate, measure, percentile, read_labelled, shares, summary
from tests.triage.corpus_files import CORPUS, split

FLOORS = {"top1": 0.94, "top3": 0.98, "urgent_recall": 0.98, "sensitive_recall": 0.97}
"""A little below what was measured (docs/triage.md), so that a change of one message is no red light."""


FRESH = ("fresh_develop", "fresh_sealed")
TALKS = sorted((Path(__file__).parents[1] / "talks").glob("*.py"))
EVERYDAY = Path(__file__).parents[1] / "talks" / "everyday.tsv"
WORDS, QUOTED = re.compile(r"\w+"), re.compile(r'"([^"\n]+)"')
SPLITS = ("train", "blind", *FRESH, "sealed_2", "sealed_3", "sealed_4", "sealed_5", "sealed_6")
FRESH_FLOORS = {"top1": 0.93, "top3": 0.97, "urgent_recall": 0.98, "sensitive_recall": 0.97}
"""The same for ten voices written without sight of lexicon, weights or corpus; the second five were opened once."""


@pytest.fixture(scope="module")
def blind(triage: Triage) -> list[Outcome]:
    return measure([row for file in split("blind") for row in read_labelled(file)], triage)


@pytest.fixture(scope="module", params=FRESH)
def fresh(request: pytest.FixtureRequest, triage: Triage) -> list[Outcome]:
    return measure([row for file in split(request.param) for row in read_labelled(file)], triage)


@pytest.mark.parametrize("name", FLOORS)
def test_blind_styles_are_understood(blind: list[Outcome], name: str) -> None:
    assert shares(blind)[name].value >= FLOORS[name]


def test_false_alarms_stay_rare_on_blind_styles(blind: list[Outcome]) -> None:
    assert shares(blind)["urgent_false_alarms"].value <= 0.06


def test_a_message_is_read_in_milliseconds(blind: list[Outcome]) -> None:
    """5 ms is the promise on a quiet machine; a shared one gets five times that."""
    assert percentile([outcome.milliseconds for outcome in blind], 0.99) < 25


def test_the_corpus_is_large_valid_and_split_by_style() -> None:
    rows = {name: [row for file in split(name) for row in read_labelled(file)] for name in SPLITS}
    assert sum(map(len, rows.values())) >= 24_000
    assert all(
        slug in SLUGS for part in rows.values() for row in part for slug in (row["category"], *row["also"])
    )
    styles = [file.stem for file in CORPUS.rglob("*.jsonl")]
    assert len(styles) == len(set(styles))


def test_training_and_testing_share_almost_no_message() -> None:
    """Greetings of one to three words ("q onda bot") are the same whoever writes them."""
    texts = {
        name: {row["text"].casefold() for file in split(name) for row in read_labelled(file)}
        for name in SPLITS
    }
    shared = texts["train"] & set().union(*(texts[name] for name in SPLITS if name != "train"))
    assert all(len(text.split()) <= 3 for text in shared)


def test_wilson_interval() -> None:
    low, high = Share(98, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.93, 0.994)


def test_the_summary_names_every_miss() -> None:
    outcome = Outcome(
        text="x",
        category="ruido",
        accepted=frozenset({"ruido"}),
        urgent=True,
        sensitive=True,
        guesses=("mascotas", "ruido"),
        danger=False,
        delicate=False,
        milliseconds=1.0,
    )
    assert summary([outcome])["misses"][0]["faults"] == [
        "emergencia no vista",
        "delicado no visto",
        "no el primero",
    ]


def test_evaluate_prints_words_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(
        '{"text": "hola", "category": "saludo", "urgent": false, "sensitive": false}\n', encoding="utf-8"
    )
    assert evaluate(file, as_json=False) == 0
    assert "Asunto acertado a la primera: 100.0 %" in capsys.readouterr().out
    assert evaluate(file, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["top1"]["hits"] == 1


def test_half_an_emoji_can_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text('{"text": "zzz \\ud83d", "category": "mascotas", "also": "ruido"}\n', encoding="utf-8")
    assert evaluate(file, as_json=True) == 0
    assert capsys.readouterr().out.encode("utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "no es json",
        '{"text": "x"}',
        '{"text": "x", "category": "nada"}',
        '{"text": 3, "category": "ruido"}',
        '{"text": "x", "category": ["ruido"]}',
        '{"text": "x", "category": "ruido", "urgent": "false"}',
        '{"text": "x", "category": "ruido", "also": 7}',
        '{"text": "x", "category": "ruido", "also": ["nada"]}',
        "[" * 100_000,
        "[]",
        "",
    ],
)
def test_a_bad_row_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    file = tmp_path / "m.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    assert evaluate(file, as_json=False) == 2
    assert "m.jsonl" in capsys.readouterr().err


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(tmp_path / "nada.jsonl", as_json=True) == 2
    assert "No se puede evaluar" in capsys.readouterr().err


def test_no_sentence_of_the_talks_was_learned_from() -> None:
    """Else the talks would test what was learned by heart; one or two words ("lámpara") are the same whoever writes them."""
    written = "\n".join(file.read_text(encoding="utf-8") for file in TALKS)
    talks = {_plain(said) for said in QUOTED.findall(written)}
    everyday = {_plain(line.partition("\t")[2]) for line in EVERYDAY.read_text(encoding="utf-8").splitlines()}
    learned = {_plain(row["text"]) for file in split("train") for row in read_labelled(file)}
    assert not [text for text in learned & (everyday | talks) if len(text.split()) > 2]


def _plain(text: str) -> str:
    return " ".join(WORDS.findall(text.casefold()))


STRANGERS_FLOORS = {
    "sealed_2": {"top1": 0.91, "top3": 0.97, "urgent_recall": 0.98, "sensitive_recall": 0.99},
    "sealed_3": {"top1": 0.90, "top3": 0.97, "urgent_recall": 0.98, "sensitive_recall": 0.98},
    "sealed_6": {"top1": 0.90, "top3": 0.96, "urgent_recall": 0.98, "sensitive_recall": 0.98},
    "sealed_5": {"top1": 0.91, "top3": 0.96, "urgent_recall": 0.98, "sensitive_recall": 0.98},
    "sealed_4": {"top1": 0.90, "top3": 0.96, "urgent_recall": 0.98, "sensitive_recall": 0.97},
}


@pytest.mark.parametrize("name", STRANGERS_FLOORS)
def test_messages_of_strangers_are_understood(triage: Triage, name: str) -> None:
    """Sets that people who had never seen the project wrote, each opened once (docs/triage.md)."""
    found = shares(measure([row for file in split(name) for row in read_labelled(file)], triage))
    floors = STRANGERS_FLOORS[name]
    assert {one: found[one].value for one in floors if found[one].value < floors[one]} == {}
    assert found["urgent_false_alarms"].value <= 0.07
