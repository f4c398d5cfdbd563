"""The municipality's own long texts: what is used, and every slip by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.municipality import check, load
from bot.municipality.content import LARGEST, borrowed, copy_notices, read_content

TIP = "title: En el mercado\nlabel: Mercado\ndescription: Bolsas y prisas\n---\n**Bolsas**\n- Al frente.\n"


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / "contenido" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_without_the_folder_nothing_is_read(tmp_path: Path) -> None:
    assert read_content(tmp_path).texts == {}


def test_a_text_of_the_municipality_is_used(tmp_path: Path) -> None:
    own = read_content(written(tmp_path, "es/tips/mercado.md", TIP.replace("\n", "\r\n")))
    assert own.texts == {("es", "tips/mercado.md"): TIP}
    assert (own.problems, own.warnings) == ((), ())


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("es/tips/a.md", b"\xff\xfe", "contenido/es/tips/a.md: no se puede leer"),
        ("es/tips/a.md", "x" * (LARGEST + 1), "no se puede leer"),
        ("maya/welcome.md", "title: X\n---\nY", "la carpeta del idioma debe ser una de: en, es"),
        ("es/privacy-ful.md", "title: X\n---\nY", "no conozco este texto; ¿quiso decir «privacy-full.md»?"),
        ("es/privacy-full.md", "Sin cabeza", "línea 1: empieza con title y una línea «---»; falta: title"),
        ("es/tips/a.md", TIP.replace("label: Mercado\n", ""), "falta: label"),
        ("es/tips/a.md", TIP.replace("Mercado", "M" * 25), "línea 1: label: caben 24 letras y tiene 25"),
        ("es/welcome.md", "title: X\n---\n\n", "no dice nada"),
        ("es/welcome.md", "title: X\n---\nUno\n\n" + "y" * 901, "línea 5: un párrafo cabe en 900 letras"),
    ],
)
def test_a_slip_is_told_with_its_file(tmp_path: Path, name: str, text: str | bytes, told: str) -> None:
    own = read_content(written(tmp_path, name, text))
    assert own.texts == {}
    assert told in str(own.problems[0])


def test_what_is_not_finished_is_a_warning_with_its_line(tmp_path: Path) -> None:
    copy_notices(tmp_path)
    own = read_content(tmp_path)
    assert own.problems == ()
    assert str(own.warnings[0]).startswith("contenido/en/privacy-full.md, línea 4: dice «por confirmar»")
    assert {code for code, _ in own.texts} == {"es", "en"}
    assert list(borrowed(own)) == []


def test_notices_of_the_example_are_not_passed_over_in_a_real_service() -> None:
    assert [problem.file for problem in borrowed(read_content(Path("/nowhere")))] == [
        "contenido/es/privacy-short.md",
        "contenido/es/privacy-full.md",
    ]


def test_the_packaged_example_has_none_of_its_own() -> None:
    assert load().content == {}
    assert not [problem for problem in check().warnings if problem.file.startswith("contenido")]
