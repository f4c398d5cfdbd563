"""The municipality's own long texts: `contenido/es/privacy-full.md` and the like, instead of the packaged ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.municipality.problems import Problem, did_you_mean

FOLDER = "contenido"
PACKAGED = Path(__file__).resolve().parents[2] / "locales" / "content"
NOTICES = ("privacy-short.md", "privacy-full.md")  # no municipality can use ours as they are
LONGEST_BLOCK = 900  # characters: one message that is still read
LARGEST = 64 * 1024  # bytes
UNFINISHED = "por confirmar"
TIP_HEAD = ("title", "label", "description")
LABEL, DESCRIPTION = 24, 72  # WhatsApp's rows


@dataclass(frozen=True, slots=True)
class OwnContent:
    """What was found, by language and name; what is wrong with it, and what is not finished."""

    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_content(folder: Path) -> OwnContent:
    """Every text of the folder `contenido`; nothing when there is none."""
    texts: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    root = folder / FOLDER
    for path in sorted(root.rglob("*.md")):
        shown = f"{FOLDER}/{path.relative_to(root)}"
        language, _, name = str(path.relative_to(root)).partition("/")
        text = _read(path)
        found = list(_wrong(shown, language, name, text))
        problems += found
        if not found and text is not None:
            texts[language, name] = text
            warnings += _unfinished(shown, text)
    return OwnContent(texts, tuple(problems), tuple(warnings))


def borrowed(own: OwnContent) -> Iterator[Problem]:
    """Notices of the package that a real service would show as if they were the municipality's."""
    for name in NOTICES:
        if ("es", name) not in own.texts:
            shown = f"{FOLDER}/es/{name}"
            yield Problem(shown, 0, "", "falta: se muestra el de ejemplo, que no nombra a su municipio")


def copy_notices(folder: Path) -> None:
    """The privacy notices, in both languages, for the municipality to complete."""
    for source in sorted(PACKAGED.iterdir()):
        target = folder / FOLDER / source.name
        target.mkdir(parents=True)
        for name in NOTICES:
            shutil.copy(source / name, target / name)


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > LARGEST:
            return None
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None


def _wrong(shown: str, language: str, name: str, text: str | None) -> Iterator[Problem]:
    """What keeps a text from being used."""
    known = {str(path.relative_to(PACKAGED / "es")) for path in (PACKAGED / "es").rglob("*.md")}
    languages = {path.name for path in PACKAGED.iterdir()}
    if text is None:
        yield Problem(
            shown, 0, "", f"no se puede leer: debe ser texto en UTF-8 de {LARGEST // 1024} kB o menos"
        )
    elif language not in languages:
        yield Problem(shown, 0, "", f"la carpeta del idioma debe ser una de: {', '.join(sorted(languages))}")
    elif name not in known and not name.startswith("tips/"):
        yield Problem(shown, 0, "", f"no conozco este texto{did_you_mean(name, known)}")
    elif _has_head(name):
        yield from _wrong_article(shown, name, text)


def _has_head(name: str) -> bool:
    """Two of our files are lists of short texts under `## slug`; all others are articles."""
    return name not in ("advice.md", "anonymity.md")


def _wrong_article(shown: str, name: str, text: str) -> Iterator[Problem]:
    head, line, body = text.partition("\n---\n")
    given = dict(pair.split(":", 1) for pair in head.splitlines() if ":" in pair)
    wanted = TIP_HEAD if name.startswith("tips/") else ("title",)
    missing = [key for key in wanted if not given.get(key, "").strip()]
    if not line or missing:
        yield Problem(
            shown,
            1,
            "",
            f"empieza con {', '.join(wanted)} y una línea «---»; falta: {', '.join(missing) or '---'}",
        )
        return
    for key, most in (("label", LABEL), ("description", DESCRIPTION)):
        if name.startswith("tips/") and len(given[key].strip()) > most:
            yield Problem(shown, 1, key, f"caben {most} letras y tiene {len(given[key].strip())}")
    if not body.strip():
        yield Problem(shown, 0, "", "no dice nada después de «---»")
    at = head.count("\n") + 3
    for block in body.split("\n\n"):
        if len(block.strip()) > LONGEST_BLOCK:
            yield Problem(
                shown,
                at,
                "",
                f"un párrafo cabe en {LONGEST_BLOCK} letras y éste tiene {len(block.strip())}: divídalo con una línea vacía",
            )
        at += block.count("\n") + 2


def _unfinished(shown: str, text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), start=1):
        if UNFINISHED in line.casefold():
            yield Problem(shown, number, "", f"dice «{UNFINISHED}»: complételo antes de abrir el servicio")
