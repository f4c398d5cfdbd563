"""Cross-validation that leaves whole styles out: `python -m tests.triage.left_out [OUT.jsonl]`; half an hour or more.

Each style of `train` is read by weights that learned from the styles of the other folds only. Prints the measures of
ordinary voices, of strangers to the project and of the lists that are hard on purpose; OUT gets every miss.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from bot.triage import Triage, load_lexicon
from bot.triage.evaluate import Outcome, measure, read_labelled, shares, summary
from bot.triage.train import train
from tests.triage.corpus_files import split

FOLDS = 5
HARD = frozenset(
    [
        "ahora_o_antes",
        "auxilio_2",
        "auxilio_dicho_de_lado",
        "casi_peligro",
        "casi_peligro_2",
        "casi_pero_no",
        "charla",
        "charla_2",
        "dia_comun",
        "lo_que_vi",
        "lo_que_vi_2",
        "mas_charla",
        "pasado_sin_fecha",
        "peligro",
        "todo_urge",
        "vida_neutral",
        "ya_paso_o_no",
    ]
)


def left_out() -> dict[str, list[Outcome]]:
    """For each style, what weights that never saw it make of it."""
    files = split("train")
    lexicon = load_lexicon(learned=False)
    found = {}
    for fold in range(FOLDS):
        others = [row for at, file in enumerate(files) if at % FOLDS != fold for row in read_labelled(file)]
        triage = Triage(replace(lexicon, model=train(others, lexicon).model()), ())
        for file in files[fold::FOLDS]:
            found[file.stem] = measure(read_labelled(file), triage)
    return found


def _title(style: str) -> str:
    if style.startswith("extrano"):
        return "strangers"
    return "hard lists" if style in HARD else "ordinary voices"


def main() -> None:
    """Print the measures, and keep the misses if asked."""
    found = left_out()
    for title in ("ordinary voices", "hard lists", "strangers"):
        outcomes = [one for style, some in found.items() if _title(style) == title for one in some]
        print(
            title, len(outcomes), *(f"{name} {share}" for name, share in shares(outcomes).items()), sep="\n  "
        )
    if len(sys.argv) > 1:
        rows = [{"style": style, **miss} for style, some in found.items() for miss in summary(some)["misses"]]
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        Path(sys.argv[1]).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
