"""A resident tells us what is wrong."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversation import Answers, Flow, advance
from bot.domain.concern import ConcernKind, Confidentiality, Identity, Priority
from bot.domain.questions import AnswerOption, FollowUp
from bot.domain.territory import Place
from bot.messages import AttachmentKind
from bot.questions import Forget, Option, Reply, Written, choose, choose_or, fold, look_up, write
from bot.texts import Texts, article, later, sections
from handlers.here import OTHER, Here
from handlers.resident.place import Outside, locate
from handlers.resident.told import SOME_DAY, Told, heard

SHORT_TELLING = 3  # words: a first message shorter than this names a kind, it does not describe
CORRECTABLE = ("kind", "place", "what", "identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the resident confirmed."""

    kind: str
    place: Place
    text: str
    when: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # follow-up question and answer, as the team reads them
    chosen: dict[str, str] = field(default_factory=dict)  # question slug -> option slug: priority
    identity: Identity = Identity.CONFIDENTIAL
    name: str = ""
    media: tuple[str, ...] = ()
    named_list: str = ""  # when an answer made it confidential
    joins: str = ""  # folio of the report nearby that is the same


@dataclass(frozen=True, slots=True)
class Stopped:
    """The talk ended without a report."""

    notice: str  # consent_refused, outside, discarded, other_time
    about: str = ""


def report(t: Texts, here: Here, told: Told, again: frozenset[str] = frozenset()) -> Flow[Draft | Stopped]:
    """The whole talk: consent, kind, place, what, follow-ups, who may know, review."""
    safe_asked = told.kind in VIOLENCE and not told.on_behalf
    if safe_asked and not (yield from _can_write(t)):
        return Stopped("other_time")
    if not told.consented and not (yield from consent(t, here)):
        return Stopped("consent_refused")
    kind, told = yield from _kind(t, here, told, "kind" in again)
    if kind.priority is Priority.P0 and not (yield from _911_first(t, kind)):
        return Stopped("thanks")
    if kind.listed:
        return (yield from _in_confidence(t, here, told, kind, again))
    place = yield from _place(t, here, told, "place" in again)
    if isinstance(place, Outside):
        return Stopped("outside")
    text, media = yield from _what(t, told, kind, "what" in again)
    answers, chosen, named_list = yield from _follow_ups(t, here, kind, told, text)
    same = yield from _same_nearby(t, here, kind, place)
    if same:
        return Draft(kind=kind.slug, place=place, text=text, joins=same)
    identity, name = yield from _identity(t, here, told, kind, "identity" in again)
    draft = Draft(
        kind=kind.slug,
        place=place,
        text=text,
        when=told.when,
        answers=answers,
        chosen=chosen,
        identity=identity,
        name=name,
        media=media,
        named_list=named_list,
    )
    return (yield from _review(t, here, draft, own=not told.on_behalf))


# ---- consent ----


def consent(t: Texts, here: Here) -> Generator[Any, Any, bool]:
    """One card, one tap; what was already written waits."""
    short = article(t.locale, "privacy-short.md")
    accept = Option("accept", "yes", t("Acepto"), style="primary", words=("si acepto", "acepto todo"))
    read = Option("read", "read", t("Leer aviso"), words=("leer", "aviso"))
    refuse = Option("no", "no", t("Ahora no"))
    ask = t("Para tomar su reporte necesito que acepte el aviso de privacidad.")
    brief = (ask, t("Su nombre no hace falta. Lo que escriba lo ve solo quien deba atenderlo."))
    first = yield from choose("consent", brief, [accept, read, refuse])
    if first == "read":
        lines = (*short.blocks, *_link(t, here), ask)
        first = yield from choose("consent_read", lines, [accept, refuse], title=short.head["title"])
    return bool(first == "accept")


def _link(t: Texts, here: Here) -> tuple[str, ...]:
    link = here.municipality.privacy.link
    return (t("Aviso completo: {link}", link=link),) if link else ()


def _911_first(t: Texts, kind: ConcernKind) -> Generator[Any, Any, bool]:
    """A kind that is danger by itself, even when it was chosen from a list: the 911 line before any question."""
    lines = (t("Llame al 911 AHORA. Si no puede hablar, deje la llamada abierta."), advice(t, kind))
    tell = Option(True, "yes", t("Avisar al equipo"), style="danger", words=("seguir", "avisar"))
    enough = Option(False, "no", t("No, gracias"))
    return bool((yield from choose("urgent", lines, [tell, enough], patient=True)))


def advice(t: Texts, kind: ConcernKind) -> str:
    """The immediate advice of a kind."""
    return sections(t.locale, "advice.md").get(kind.slug, "")


# ---- what it is about ----


def _kind(t: Texts, here: Here, told: Told, asked: bool) -> Generator[Any, Any, tuple[ConcernKind, Told]]:
    """The kind, and what is told by now: who describes instead of choosing has told more than the kind."""
    if told.kind and not asked:
        return here.kind(told.kind), told
    picked = yield from _group(t, here)
    if isinstance(picked, str) and picked != OTHER:
        leaves = here.municipality.kinds.under(picked)
        picked = leaves[0] if len(leaves) == 1 else (yield from _leaf(t, here, leaves))
    if picked == OTHER and not told.text:
        picked = yield from _in_own_words(t, here)
    if isinstance(picked, Told):
        return here.kind(picked.kind or OTHER), _merged(told, picked)
    return (here.kind(OTHER) if picked == OTHER else picked), told


def _group(t: Texts, here: Here) -> Generator[Any, Any, Any]:
    """A row, a kind by its name, or a description."""
    kinds = here.municipality.kinds
    rows: list[Option[Any]] = [
        Option(group.slug, group.slug, _label(t, group.label, group.label_en), group.description[:72])
        for group in kinds.groups
    ]
    rows.append(
        Option(OTHER, "other", t("Otra cosa o no sé"), words=("otra cosa", "otro", "no se", "ninguna"))
    )
    rows += [
        Option(one, one.slug, _label(t, one.short, one.short_en), words=(one.name,), shown=False)
        for one in kinds.kinds
    ]
    title = t("¿De qué se trata?")
    lines = (t("Elija un número o escríbalo con sus palabras."),)
    return (
        yield from choose_or("kind", lines, rows, lambda r: _described(here, r), title=title, as_rows=True)
    )


def _leaf(t: Texts, here: Here, leaves: Sequence[ConcernKind]) -> Generator[Any, Any, ConcernKind | Told]:
    rows: list[Option[Any]] = [
        Option(kind, kind.slug, _label(t, kind.short, kind.short_en), kind.description[:72])
        for kind in leaves
    ]
    lines = (t("¿Cuál se parece más?"),)
    picked: ConcernKind | Told = yield from choose_or(
        "leaf", lines, rows, lambda r: _described(here, r), as_rows=True
    )
    return picked


def _in_own_words(t: Texts, here: Here) -> Generator[Any, Any, Told]:
    empty = t("Escriba qué pasa, o mande una nota de voz.")
    said = yield from write("other", (t("Cuénteme con sus palabras: ¿qué pasa?"),), files=True, empty=empty)
    return _described(here, Reply(text=said.text)) or Told(text=_words_of(t, said))


def _described(here: Here, reply: Reply) -> Told | None:
    """What triage makes of a description given where a choice was asked."""
    said = reply.text.strip()
    told = heard(here, said, here.triage.read(said, SOME_DAY)) if said else Told()
    if told.kind is None:
        return None
    return told if len(said.split()) >= SHORT_TELLING else Told(kind=told.kind)


def _merged(told: Told, more: Told) -> Told:
    """What was told first stays; what is new is added."""
    place = told.place if told.place.known else more.place
    return replace(told, text=told.text or more.text, place=place, when=told.when or more.when)


def _label(t: Texts, spanish: str, english: str) -> str:
    return english if english and t.locale != "es" else spanish


def _place(t: Texts, here: Here, told: Told, asked: bool) -> Generator[Any, Any, Place | Outside]:
    lines = (t("¿Dónde es? Mande su ubicación o escriba calle y colonia."),)
    return (yield from locate(t, here, lines, Place() if asked else told.place))


def _what(
    t: Texts, told: Told, kind: ConcernKind, asked: bool
) -> Generator[Any, Any, tuple[str, tuple[str, ...]]]:
    """The description; a first sentence is kept as it is and not asked again."""
    if told.text and not asked:
        return told.text, ()
    more = (
        t("También puede mandar una foto o una nota de voz.")
        if kind.asks_photo
        else t("También puede mandar una nota de voz.")
    )
    empty = t("Escriba qué pasa, o mande una nota de voz.")
    long = t("Es más de lo que cabe en un mensaje. Mándelo en partes, por favor.")
    said = yield from write(
        "what",
        (t("Cuénteme con sus palabras: ¿qué pasa?"), more),
        files=True,
        empty=empty,
        too_long=long,
    )
    return _words_of(t, said), tuple(item.id for item in said.media)


def _words_of(t: Texts, said: Written) -> str:
    if said.text:
        return said.text
    spoken = any(item.kind in (AttachmentKind.VOICE, AttachmentKind.AUDIO) for item in said.media)
    return t("(nota de voz)") if spoken else t("(foto o archivo)")


# ---- what else helps ----


def _follow_ups(
    t: Texts, here: Here, kind: ConcernKind, told: Told, text: str
) -> Generator[Any, Any, tuple[tuple[tuple[str, str], ...], dict[str, str], str]]:
    """At most three questions of the municipality, those that the text has not answered."""
    answers: list[tuple[str, str]] = []
    chosen: dict[str, str] = {}
    named_list = ""
    for question in here.municipality.questions.get(kind.slug, ())[:3]:
        if question.asked_after(chosen) and not _answered(question, told, text):
            told_already = _option_told(question, text)
            if told_already is not None:
                said, slug = _label(t, told_already.label, told_already.label_en), told_already.slug
            else:
                said, slug = yield from _follow_up(t, question)
            answers.append((question.text, said))
            chosen[question.slug] = slug
            option = question.option(slug)
            named_list = option.named_list if option and option.named_list else named_list
    return tuple(answers), chosen, named_list


def _option_told(question: FollowUp, text: str) -> AnswerOption | None:
    """The option whose words stand in what was written; a bare yes or no is never taken from a sentence."""
    said = f" {fold(text)} "
    named = [o for o in question.options if o.slug not in YES_NO and f" {fold(o.label)} " in said]
    return named[0] if len(named) == 1 else None


YES_NO = frozenset({"si", "no", "no_se"})


FULL_TELLING = 8  # words after which an open question would only ask for more of the same


def _answered(question: FollowUp, told: Told, text: str) -> bool:
    """Did the first sentence say when, or enough to spare an open question?"""
    if question.slug in WHEN and told.when:
        return True
    return not question.options and len(text.split()) >= FULL_TELLING


WHEN = frozenset({"ahora", "cuando", "desde_cuando", "horario"})


def _follow_up(t: Texts, question: FollowUp) -> Generator[Any, Any, tuple[str, str]]:
    text = question.text_en if t.locale != "es" and question.text_en else question.text
    name = f"q_{question.slug}"
    if not question.options:
        skip: Option[str] = Option("no sé", "unknown", t("No sé"))
        said = yield from write(name, (text,), options=(skip,), files=True)
        return _words_of(t, said), ""
    options = [Option(o, o.slug, _label(t, o.label, o.label_en)) for o in question.options]
    picked = yield from choose(name, (text,), options, as_rows=len(options) > 3)
    return picked.label, picked.slug


def confidential(t: Texts, here: Here, told: Told, answers: Answers) -> bool:
    """Is a draft, as far as it was told, about something that only a named list may know?"""
    known = advance(lambda again: _kind(t, here, told, "kind" in again), answers).result
    if known is None:
        return False
    kind = known[0]
    for question in here.municipality.questions.get(kind.slug, ()):
        picked = advance(lambda again, asked=question: _follow_up(t, asked), answers).result  # type: ignore[misc]
        option = question.option(picked[1]) if picked else None
        if option is not None and option.named_list:
            return True
    return bool(kind.listed)


def _same_nearby(t: Texts, here: Here, kind: ConcernKind, place: Place) -> Generator[Any, Any, str]:
    """Is it what somebody nearby already told? Joiners hear the same updates."""
    if place.point is None:
        return ""
    near = yield from look_up("near", "near", kind=kind.slug, lat=place.point.lat, lon=place.point.lon)
    if not near:
        return ""
    lines = (
        t("Ya hay un reporte parecido cerca de ahí: {what}, {when}.", what=kind.name, when=near["when"]),
        t("¿Es lo mismo? Si se suma, recibe las mismas noticias."),
    )
    join = Option("join", "yes", t("Es lo mismo"), words=("me sumo", "sumarme"))
    other = Option("other", "no", t("Es otra cosa"))
    picked = yield from choose("same", lines, [join, other])
    return str(near["folio"]) if picked == "join" else ""


# ---- who may know ----


def _identity(
    t: Texts, here: Here, told: Told, kind: ConcernKind, asked: bool
) -> Generator[Any, Any, tuple[Identity, str]]:
    """Three ways, each with what one will not learn. Asked where it matters; correctable elsewhere."""
    if told.on_behalf:
        return Identity.CONFIDENTIAL, ""
    if kind.confidentiality is Confidentiality.NORMAL and not asked:
        return Identity.CONFIDENTIAL, ""
    lines = (
        t("¿Cómo quiere avisar?"),
        t("Con reserva: el equipo ve qué pasa y dónde; no su nombre ni su número. Le avisa por este chat."),
        t("Con mi nombre: quien atienda ve el nombre que usted escriba."),
        t("Sin datos: no se une a este chat, así que no podremos preguntarle ni avisarle cómo terminó."),
    )
    options = [
        Option(Identity.CONFIDENTIAL, "reserved", t("Con reserva"), style="primary"),
        Option(Identity.NAMED, "named", t("Con mi nombre")),
        Option(Identity.ANONYMOUS, "nodata", t("Sin datos"), words=("anonimo", "anonima", "sin seguimiento")),
    ]
    identity = yield from choose("identity", lines, options)
    if identity is not Identity.NAMED:
        return identity, ""
    said = yield from write("name", (t("¿Qué nombre le damos a quien atienda?"),), longest=80)
    return identity, said.text


# ---- review ----


def _review(t: Texts, here: Here, draft: Draft, *, own: bool) -> Generator[Any, Any, Draft | Stopped]:
    lines = summary(t, here, draft)
    if own:
        lines = (*lines, t(IDENTITY_LINES[draft.identity], name=draft.name))
    options = [
        Option("send", "yes", t("Enviar"), style="primary", words=("si enviar", "mandar", "enviar reporte")),
        Option("edit", "edit", t("Corregir"), words=("cambiar", "editar", "esta mal")),
        Option("cancel", "no", t("Cancelar"), words=("descartar", "borrar")),
    ]
    verdict = yield from choose("send", (*lines, t("¿Está bien?")), options, title=t("Entendí esto:"))
    if verdict == "send":
        return draft
    if verdict == "cancel":
        return Stopped("discarded")
    return (yield from _correct(t, own=own))


FORGOTTEN_WITH = {
    "kind": ("kind", "leaf", "other", "near", "same"),
    "place": ("place", "colonia", "colonia_name", "street", "near", "same"),
    "what": ("what",),
    "identity": ("identity", "name"),
}


def _correct(t: Texts, *, own: bool) -> Generator[Any, Any, Stopped]:
    fields = [
        Option("kind", "kind", t("De qué se trata")),
        Option("place", "place", t("El lugar")),
        Option("what", "what", t("Lo que pasa")),
    ]
    if own:
        fields.append(Option("identity", "identity", t("Quién sabe de mí")))
    wrong = yield from choose("wrong", (t("¿Qué corregimos?"),), fields, as_rows=True)
    yield Forget(("send", "wrong", *FORGOTTEN_WITH[wrong]), ask_again=(wrong,))
    return Stopped("discarded")  # never reached: the replay starts over


IDENTITY_LINES = {
    Identity.CONFIDENTIAL: later("👤 Con reserva: el equipo no ve su nombre ni su número"),
    Identity.NAMED: later("👤 Con su nombre: {name}"),
    Identity.ANONYMOUS: later("👤 Sin datos: no se une a este chat y no habrá noticias"),
}


def summary(t: Texts, here: Here, draft: Draft) -> tuple[str, ...]:
    """What was understood, a line a field."""
    kind = here.kind(draft.kind)
    shown = draft.text if len(draft.text) <= 160 else draft.text[:157] + "…"
    place = here.place_line(draft.place) or t("Sin lugar exacto")
    lines = [
        f"{kind.emoji} {_label(t, kind.name, kind.name_en)}".strip(),
        f"📍 {place}",
        f"✏️ {shown}",
    ]
    lines += [f"✔️ {question} {answer}" for question, answer in draft.answers]
    if draft.when:
        lines.append(f"🕒 {draft.when}")
    if draft.media:
        lines.append(t.many("📎 {n} archivo", "📎 {n} archivos", len(draft.media)))
    return tuple(lines)


# ---- confidential kinds: no photo, no map, nothing afterwards on our own motion ----


def _in_confidence(
    t: Texts, here: Here, told: Told, kind: ConcernKind, again: frozenset[str]
) -> Generator[Any, Any, Draft | Stopped]:
    asked = told.kind in VIOLENCE or told.on_behalf
    if kind.slug in VIOLENCE and not asked and not (yield from _can_write(t)):
        return Stopped("other_time")
    text = told.text
    if not text or "what" in again:
        said = yield from write("what", (t("Cuente solo lo que quiera contar. ¿Qué pasa?"),), files=True)
        text = _words_of(t, said)
    place = told.place
    if not place.known:
        place = yield from _place_if_wanted(t, here)
    first = advice(t, kind)
    lines = (
        *((first,) if first else ()),
        t("Esto lo leerá solo un grupo pequeño y capacitado, no la patrulla de su zona."),
        t("No le escribiremos por nuestra cuenta: usted escribe aquí cuando quiera."),
        t("¿Lo enviamos?"),
    )
    options = [Option(True, "yes", t("Enviar"), style="primary"), Option(False, "no", t("No enviar"))]
    if not (yield from choose("send", lines, options)):
        return Stopped("discarded")
    return Draft(kind=kind.slug, place=place, text=text, when=told.when)


VIOLENCE = frozenset({"violencia_familiar", "acoso_sexual"})


def _can_write(t: Texts) -> Generator[Any, Any, bool]:
    lines = (
        t("Gracias por escribir. ¿Está a salvo en este momento para leer y contestar?"),
        t("Si hay peligro: 911. Línea de las Mujeres: 079, opción 1, gratis, día y noche."),
    )
    options = [Option(True, "yes", t("Sí puedo")), Option(False, "no", t("Ahora no"))]
    return bool((yield from choose("safe", lines, options)))


def _place_if_wanted(t: Texts, here: Here) -> Generator[Any, Any, Place]:
    """The place in words; a pin that comes by itself is taken, none is asked for."""
    skip: Option[Any] = Option(Place(), "unknown", t("Prefiero no decir"), words=("no se", "no quiero decir"))

    def read(reply: Reply) -> Place | None:
        if reply.point is not None:
            found = here.municipality.territory.colonias_at(reply.point)
            return Place(colonia=found[0].slug if found else "", point=reply.point)
        text = reply.text.strip()[:300]
        match = here.finder.find(text) if text else None
        colonia = match.best.slug if match and match.best and match.exact else ""
        return Place(colonia=colonia, street=text) if text else None

    lines = (t("¿En qué colonia o por dónde? Si prefiere no decirlo, está bien."),)
    place: Place = yield from choose_or("where", lines, [skip], read)
    return place
