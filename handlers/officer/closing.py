"""How a case ends: an outcome, one human sentence, and the exact message before it goes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot.conversation import EXTRAS, Flow
from bot.domain.promise import Window
from bot.domain.report import Disposition
from bot.questions import MOST_ROWS, Forget, NotUnderstood, Option, Reply, choose, choose_or, shortened, write
from bot.texts import Texts, later
from bot.triage.promises import promising_part
from handlers import news_words, promise_words, proof_words, referral_words, talks
from handlers.desk import promises, steps
from handlers.desk import reports as desk
from handlers.here import Here
from handlers.officer import promising, referring
from handlers.speaker import Speaker, button
from storage.conversations import Conversation

LONGEST_SENTENCE = 600
SHORTEST_SENTENCE = 3
WORDS_OF_A_SENTENCE = 4  # written where the ending is asked: it is the sentence already
REFERRED = "referred"  # the ending that is none: another office goes on with it

ENDINGS: tuple[tuple[Disposition, str], ...] = (
    (Disposition.ATTENDED, later("Atendido")),
    (Disposition.SOLVED_BY_OTHER, later("Lo resolvió otro")),
    (Disposition.NOT_LOCATED, later("Sin localizar")),
    (Disposition.DUPLICATE, later("Duplicado")),
    (Disposition.NOT_OURS, later("No nos toca")),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended and the sentence for the person; with an office it goes on there, a promise is timed."""

    disposition: Disposition | None
    sentence: str = ""
    office: str = ""
    asked: str = ""  # of the office, in the officer's words
    promise: Window | None = None


Kept = talks.Arguments  # folio, kind, told, officer, ending, phrase


def flow(t: Texts, here: Here, kept: Kept, again: frozenset[str]) -> Flow[Ending | None]:
    """One tap on a ready sentence, or an outcome and one's own words; then the message as it will be read."""
    ending = None if "ending" in again else _given(here, kept)
    if ending is None:
        ending = yield from _how(t, here, kept["kind"])
    if ending.disposition is None:
        ending = yield from _elsewhere(t, here, kept)
    elif not ending.sentence:
        ending = replace(ending, sentence=(yield from _sentence(t, "sentence", told=kept["told"])))
    return (yield from _checked(t, here, kept, ending))


def _given(here: Here, kept: Kept) -> Ending | None:
    """What the button that began this talk already said."""
    if kept["phrase"] is not None:
        phrases = here.municipality.phrases.of(kept["kind"])
        if kept["phrase"] < len(phrases):
            phrase = phrases[kept["phrase"]]
            return Ending(phrase.ending, phrase.text)
        return None
    if kept["ending"] == REFERRED:
        return Ending(None)
    if not kept["ending"]:
        return None
    ending = Disposition(kept["ending"])
    ready = here.municipality.phrases.ending(kept["kind"], ending)
    return Ending(ending, ready.text if ready else "")


def _how(t: Texts, here: Here, kind: str) -> Generator[Any, Any, Ending]:
    ready = here.municipality.phrases.of(kind)
    lines = [
        t("¿Cómo terminó? Toque una frase, o escriba la suya."),
        *(f"· {p.label}: {p.text}" for p in ready),
    ]
    options = [Option(Ending(p.ending, p.text), f"f{n}", p.label) for n, p in enumerate(ready)]
    options += [Option(Ending(d), d.value, t(label)) for d, label in ENDINGS]
    options.insert(len(ready) + 1, Option(Ending(None), REFERRED, t("Canalizado")))
    return (
        yield from choose_or("ending", tuple(lines), options, lambda said: _own_words(t, said), as_rows=True)
    )


def _own_words(t: Texts, said: Reply) -> Ending | None:
    """Who writes a whole sentence here has attended it and says so."""
    text = said.text.strip()
    if len(text.split()) < WORDS_OF_A_SENTENCE:
        return None
    if len(text) > LONGEST_SENTENCE:
        raise NotUnderstood(too_long(t))
    return Ending(Disposition.ATTENDED, text)


def _sentence(t: Texts, name: str, *, told: bool, now: str = "") -> Generator[Any, Any, str]:
    """One's own words, or (with `now`) better ones."""
    ask = t("Una frase para la persona:") if told else t("Una frase de cómo terminó:")
    if now:
        ask = t("Ahora dice: «{sentence}»", sentence=now)
    said = yield from write(
        name,
        (ask, t("Escríbala como debe quedar.")) if now else (ask,),
        shortest=SHORTEST_SENTENCE,
        longest=LONGEST_SENTENCE,
        empty=t("Hace falta una frase de cómo terminó."),
        too_long=too_long(t),
    )
    return said.text


def too_long(t: Texts) -> str:
    return t("Más corta, por favor: hasta {n} letras.", n=LONGEST_SENTENCE)


def _elsewhere(t: Texts, here: Here, kept: Kept) -> Generator[Any, Any, Ending]:
    offices = here.municipality.directory.referable(here.kind(kept["kind"]))
    rows = [
        Option(
            o.slug, f"o{n}", o.short or o.name, shortened(o.purpose, 72), words=(o.name,), shown=n < MOST_ROWS
        )
        for n, o in enumerate(offices)
    ]
    lines: tuple[str, ...] = (t("¿A quién se canaliza?"),)
    if len(offices) > MOST_ROWS:
        lines = (*lines, t("Si no está en la lista, escriba su nombre."))
    office = yield from choose("office", lines, rows, as_rows=True)
    asked = ""
    if not kept.get("listed"):
        asked = yield from referring.what_is_asked(t, referral_words.office_name(here, office))
    none: Option[str] = Option("", "no", t("Sin nota"))
    said = yield from write(
        "note",
        (t("Una nota para la persona: qué se pidió y qué sigue."),),
        options=(none,),
        longest=LONGEST_SENTENCE,
        too_long=too_long(t),
    )
    return Ending(None, said.text, office, asked)


def _checked(t: Texts, here: Here, kept: Kept, ending: Ending) -> Generator[Any, Any, Ending | None]:
    """The message, word for word; "Corregir" keeps everything but the sentence."""
    for n in count():
        options = [
            Option("send", "yes", t("Enviar"), style="primary", words=("mandar", "send")),
            Option("edit", "edit", t("Corregir")),
            Option("other", "other", t("Otro final")),
            Option("cancel", "no", t("Cancelar")),
        ]
        promise = yield from promising.offered(t, f"promise{n}", ending.sentence)
        ending = replace(ending, promise=promise)
        verdict = yield from choose(f"send{n}", preview(t, here, kept, ending), options)
        if verdict == "send":
            return ending
        if verdict == "cancel":
            return None
        if verdict == "other":
            said = ("ending", "sentence", "office", "asked", "note")
            asked = [f"{name}{i}" for name in ("send", "sentence") for i in range(n + 2)]
            asked += [name for i in range(n + 1) for name in promising.names_of(f"promise{i}")]
            yield Forget((*said, *asked), ask_again=("ending",))
        now = ending.sentence or "—"
        ending = replace(
            ending, sentence=(yield from _sentence(t, f"sentence{n + 1}", told=kept["told"], now=now))
        )
    raise AssertionError  # count() never ends


def preview(t: Texts, here: Here, kept: Kept, ending: Ending) -> tuple[str, ...]:
    """What the person will read, from the words that it will be sent with."""
    facts = {"folio": kept["folio"], "officer": kept["officer"]}
    promise: tuple[str, ...] = ()
    if ending.promise is not None:
        due_at = ending.promise.due_at.isoformat()
        promise = (
            "",
            *promise_words.made_lines(
                t, {**facts, "text": promising_part(ending.sentence), "due_at": due_at}
            ),
        )
    if ending.asked:
        promise = (*promise, "", t("A la oficina le llegará: «{text}»", text=ending.asked))
    if not kept["told"]:
        return (t("Quedará así: «{sentence}»", sentence=ending.sentence or "—"), *promise)
    if ending.disposition is None:
        words = news_words.referred_lines(
            t, here, {**facts, "office": ending.office, "note": ending.sentence}
        )
    else:
        words = news_words.closed_lines(
            t, {**facts, "disposition": ending.disposition.value, "sentence": ending.sentence}
        )
    return (t("Le llegará así:"), *words, *promise)


def finished(who: Speaker, talk: Conversation, ending: Ending | None) -> None:
    """Close it, or hand it to the office; files that came in between are notes of the case."""
    folio = talk.arguments["folio"]
    files = tuple(str(item[0]) for item in talk.answers.get(EXTRAS, ()))
    if files:
        steps.note(who.tx, folio, who.me, "", files, who.at)
    if ending is None:
        who.say(who.t("No se envió nada."), actions=(button(who.t("Ver caso"), f"case.{folio}"),))
    elif ending.disposition is None:
        _refer(who, folio, ending)
    else:
        _close(who, folio, ending.disposition, ending.sentence)
    if ending is not None and ending.promise is not None:
        text = promising_part(ending.sentence)
        promises.make(who.tx, who.here, folio, who.me, text, ending.promise, who.at)


def _close(who: Speaker, folio: str, disposition: Disposition, sentence: str) -> None:
    report = desk.close(who.tx, folio, who.me, disposition, sentence, who.at)
    sent = who.t("Cerrado y avisado.") if report.person_id and not report.listed else who.t("Cerrado.")
    left = (
        [who.t("Si quiere, mande su ubicación de salida.")]
        if proof_words.any_in(who.tx.reports.history(report.id))
        else []
    )
    who.say(
        sent, *left, actions=(button(who.t("Mis pendientes"), "m.pending"), button(who.t("Menú"), "m.menu"))
    )


def _refer(who: Speaker, folio: str, ending: Ending) -> None:
    report = desk.refer(who.tx, folio, who.me, ending.office, ending.sentence, who.at)
    referring.sent(who, report, ending.office, ending.asked)


for _name in ("close", "refer"):
    talks.script(
        talks.Script(
            name=_name,
            make=lambda t, here, kept, again: flow(t, here, kept, again),
            finish=finished,
            files=True,
            look_ups=promising.LOOK_UPS,
        )
    )
