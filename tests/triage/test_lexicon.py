"""A municipality may edit the lexicon; its mistakes are told in Spanish, with file and line."""

from __future__ import annotations

import shutil
import time
from datetime import datetime
from pathlib import Path

import pytest

from bot.triage import LexiconError, Triage, load_lexicon
from bot.triage.lexicon import PACKAGED
from bot.triage.model import write_model
from bot.triage.train import train

MISTAKES = [
    ("asuntos.yaml", "nada:\n  robo: 3\n", r"asuntos\.yaml:\d+: «nada» no es un tipo"),
    ("asuntos.yaml", "ruido:\n  fantasia: 3\n", r"asuntos\.yaml:2: la regla nombra la idea «fantasia»"),
    ("asuntos.yaml", "ruido:\n  ruido: mucho\n", r"asuntos\.yaml:2: los puntos deben ser un número"),
    ("asuntos.yaml", "ruido:\n  ruido: 900\n", r"asuntos\.yaml:2: los puntos van de 0"),
    ("asuntos.yaml", "ruido:\n  ruido: 3\n  ruido: 4\n", r"asuntos\.yaml:3: «ruido» está dos veces"),
    ("asuntos.yaml", "ruido: [\n", r"asuntos\.yaml:\d+: esto no es YAML válido"),
    ("asuntos.yaml", "- a\n- b\n", r"asuntos\.yaml:1: se esperaba"),
    ("ideas_otra.yaml", "nueva: hurto\nnueva: robo\n", r"ideas_otra\.yaml:2: «nueva» está dos veces"),
    ("idea_otra.yaml", "nueva: hurto\n", r"idea_otra\.yaml:1: no se conoce este archivo"),
    ("ideas_otra.yaml", "Mal Nombre: hurto\n", r"ideas_otra\.yaml:1: «Mal Nombre» no sirve"),
    ("ideas_otra.yaml", "nueva: hurto,, robo\n", r"ideas_otra\.yaml:1: hay una frase vacía"),
    ("ideas_otra.yaml", "nueva: a*\n", r"ideas_otra\.yaml:1: «a\*» encontraría demasiado"),
    ("ideas_otra.yaml", "nueva: [uno, dos]\n", r"ideas_otra\.yaml:1: se esperaba un texto"),
    ("palabras.yaml", "abreviaturas:\n  q: que\n", r"palabras\.yaml:1: falta la sección «emoji»"),
    ("pesos.json", "{}", r"pesos\.json:1: los pesos no se pueden leer"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGED, tmp_path / "lexico"))


@pytest.mark.parametrize(("name", "content", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_line(folder: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        load_lexicon(folder)


def test_a_missing_or_foreign_file_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "asuntos.yaml").write_bytes(b"ruido: \xff\n")
    with pytest.raises(LexiconError, match=r"asuntos\.yaml:1: el archivo debe estar en UTF-8"):
        load_lexicon(folder)
    with pytest.raises(LexiconError, match="no existe esta carpeta del léxico"):
        load_lexicon(tmp_path / "nada")


@pytest.mark.parametrize("learned", [True, False])
def test_an_added_word_is_understood_at_once(tmp_path: Path, now: datetime, learned: bool) -> None:
    """One line in an own file; with the weights and by the rules alone."""
    (tmp_path / "ideas_propias.yaml").write_text("lampara: chismoluz\n", encoding="utf-8")
    triage = Triage(load_lexicon(tmp_path, learned=learned), ())
    assert triage.read("no prende la chismoluz", now).guesses[0].kind == "alumbrado"
    assert triage.read("están adentro de mi casa", now).danger


def test_an_own_word_of_danger_is_heard(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "ideas_propias.yaml").write_text("peligro_propio: clave naranja\n", encoding="utf-8")
    assert Triage(load_lexicon(tmp_path), ()).read("clave naranja aquí en la esquina", now).danger
    assert not Triage(load_lexicon(), ()).read("clave naranja aquí en la esquina", now).danger


def test_an_own_file_takes_the_place_of_ours(tmp_path: Path, now: datetime) -> None:
    own = (
        (PACKAGED / "palabras.yaml")
        .read_text("utf-8")
        .replace("abreviaturas:", "abreviaturas:\n  lmpx: lampara")
    )
    (tmp_path / "palabras.yaml").write_text(own, encoding="utf-8")
    assert Triage(load_lexicon(tmp_path), ()).read("no prende la lmpx", now).guesses[0].kind == "alumbrado"


def test_the_packaged_lexicon_loads_quickly() -> None:
    """A second on a quiet machine; a shared one gets four."""
    start = time.perf_counter()
    load_lexicon()
    assert time.perf_counter() - start < 4


def test_weights_can_be_learned_again(folder: Path, now: datetime) -> None:
    rows = [
        {"text": text, "category": category, "urgent": False, "sensitive": False}
        for text, category in [("zumba la bocina", "ruido"), ("zumba el bafle", "ruido"), ("hola", "saludo")]
        * 3
    ]
    write_model(train(rows, load_lexicon(), epochs=6), folder / "pesos.json")
    assert Triage(load_lexicon(folder), ()).read("zumba la bocina", now).guesses[0].kind == "ruido"
