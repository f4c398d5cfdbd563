"""Per role: what may be started, under which words and buttons. Nothing here decides anything: it finds who does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import folio as folios
from bot.domain import follow_code as codes
from bot.domain.errors import NotPermitted
from bot.domain.roster import Role
from bot.messages import Outgoing
from bot.questions import Reply, fold
from handlers import group_words, limits, rights, talks
from handlers.desk.step_up import Proof
from handlers.officer import (
    after_stop,
    case,
    cautioning,
    enrolment,
    giving,
    handing,
    mediating,
    patrolling,
    pin,
    place_panel,
    promising,
    referring,
    sharing,
    shift,
    stopping,
    talking,
    walking,
)
from handlers.resident import (
    badge,
    danger,
    filing,
    following,
    information,
    my_data,
    my_reports,
    naming,
    paused,
    person,
    thanking,
)
from handlers.resident import home as resident_home
from handlers.speaker import Speaker, button
from handlers.supervisor import (
    erasing,
    groups,
    held,
    helping,
    offices,
    on_duty,
    overview,
    pins,
    rotating,
    team,
)

Act = Callable[[Speaker], None]
Press = Callable[[Speaker, str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that may be started: by a button `m.<name>`, by words, by a command."""

    name: str
    act: Act
    words: tuple[str, ...] = ()
    leaves: bool = False  # shows choices of its own: a running draft is parked, so that "3" means one of them

    @property
    def roles(self) -> frozenset[Role]:
        """Who may, as the table of rights says."""
        return rights.who_may(f"m.{self.name}")

    def start(self, who: Speaker) -> None:
        """Do it."""
        if self.leaves:
            talks.leave(who)
        self.act(who)


@dataclass(frozen=True, slots=True)
class Tap:
    """What a button does with its argument."""

    verb: str
    press: Press

    @property
    def roles(self) -> frozenset[Role]:
        """Who may, as the table of rights says."""
        return rights.who_may(self.verb)


def home(who: Speaker) -> None:
    """The first screen of one's role; a running talk is parked or forgotten."""
    if who.role is Role.RESIDENT:
        resident_home.menu(who)
        return
    talks.leave(who)
    if who.role is Role.SUPERVISOR:
        overview.home(who)
    else:
        enrolment.home(who)


def back(who: Speaker) -> None:
    """Atrás."""
    talk = talks.running(who)
    if talk is None:
        home(who)
        return
    talks.back(who, talk)


def cancel(who: Speaker) -> None:
    """Cancelar: the running talk and what was said in it are forgotten."""
    talk = talks.running(who) or talks.parked(who)
    if talk is None:
        who.say(who.t("No hay nada que cancelar."), actions=(button(who.t("Menú"), "m.menu"),))
        return
    talks.cancel(who, talk)
    own_words = talks.SCRIPTS[talk.flow].cancelled
    if own_words is not None and own_words(who, talk):
        return
    who.say(who.t("Cancelado. No se guardó nada de lo anterior."), actions=(button(who.t("Menú"), "m.menu"),))


def begin_report(who: Speaker) -> None:
    """Reportar: an officer notes down, a resident tells; a draft that waits goes on."""
    if who.role is not Role.RESIDENT:
        talking.jot(who)
    elif talks.parked(who) is not None:
        resident_home.resume(who)
    else:
        filing.begin(who)


def start(who: Speaker) -> None:
    """/start, with or without a payload."""
    if enrolment.code_given(who) or following.scanned(who):
        return
    folio = who.inbound.start.removeprefix(group_words.START)
    if who.role is not Role.RESIDENT and folio != who.inbound.start:
        _press(who, "case", folio)
        return
    if who.role is Role.RESIDENT:
        resident_home.welcome(who)
    else:
        home(who)


def follow(who: Speaker) -> None:
    """ "Seguir mi reporte: 482 913": what a QR of WhatsApp writes."""
    following.asked(who)


ENTRIES: tuple[Entry, ...] = (
    Entry("menu", home, ("menu", "inicio", "principal", "salir")),
    Entry("start", start, ("start", "empezar", "comenzar")),
    Entry("back", back, ("atras", "regresar", "volver", "anterior", "back")),
    Entry("cancel", cancel, ("cancelar", "cancela", "cancel")),
    Entry(
        "help",
        resident_home.help_,
        (
            "ayuda",
            "help",
            "como funciona",
            "para que sirve",
            "me puede ayudar",
            "me pueden ayudar",
            "tengo una duda",
            "tengo una pregunta",
            "una pregunta",
            "?",
        ),
    ),
    Entry(
        "about",
        resident_home.about,
        (
            "quien eres",
            "quien es",
            "quien habla",
            "con quien hablo",
            "quienes son",
            "eres un robot",
            "es un robot",
            "eres una persona",
            "who are you",
        ),
    ),
    Entry("emergency", resident_home.emergency, ("911", "emergencia", "nueve once", "auxilio", "emergency")),
    Entry("report", begin_report, ("reportar", "hacer un reporte", "quiero reportar", "reporte", "report")),
    Entry("jot", talking.jot, ("anotar", "anotar un asunto")),
    Entry("resume", resident_home.resume, ("seguir", "continuar", "continue")),
    Entry("more", resident_home.more, ("mas", "otras opciones", "more"), leaves=True),
    Entry(
        "my_police", information.my_police, ("mi policia", "mipolicia", "policia", "mi_policia", "my police")
    ),
    Entry(
        "directory",
        information.directory,
        ("directorio", "numeros", "telefonos", "numeros utiles", "useful numbers"),
        leaves=True,
    ),
    Entry("tips", information.tips, ("consejos", "consejo", "tips", "prevencion", "advice"), leaves=True),
    Entry(
        "privacy",
        information.privacy,
        ("privacidad", "aviso", "aviso de privacidad", "mis datos", "privacy"),
        leaves=True,
    ),
    Entry("privacy_full", information.privacy_full),
    Entry("my_data", my_data.see, ("ver mis datos", "my data"), leaves=True),
    Entry("erase", my_data.erase, ("borrar mis datos", "delete my data")),
    Entry("anonymity", information.anonymity, ("anonimo", "anonimato", "quien ve mi reporte")),
    Entry("visit", information.visit, ("pedir que pasen", "que pasen", "pasen por mi colonia")),
    Entry(
        "my_reports",
        my_reports.my_reports,
        ("mis reportes", "misreportes", "mis folios", "novedades", "ver novedades", "my reports"),
        leaves=True,
    ),
    Entry(
        "again",
        my_reports.again_in_words,
        ("otra vez", "volvio a pasar", "otra vez lo mismo", "paso otra vez", "again"),
        leaves=True,
    ),
    Entry(
        "person",
        person.ask,
        (
            "hablar con una persona",
            "hablar",
            "persona",
            "humano",
            "hablar con alguien",
            "quiero hablar con alguien",
            "quiero hablar con una persona",
            "talk to a person",
        ),
        leaves=True,
    ),
    Entry(
        "badge",
        badge.begin,
        (
            "es policia de verdad",
            "es un policia de verdad",
            "es policia",
            "policia de verdad",
            "comprobar policia",
            "comprobar placa",
            "is it really police",
        ),
    ),
    Entry("end_person", person.end),
    Entry("language", resident_home.language, ("idioma", "english", "espanol", "language")),
    Entry("opt_out", resident_home.opt_out, ("baja", "darme de baja", "unsubscribe")),
    Entry("opt_in", resident_home.opt_in, ("alta", "darme de alta", "subscribe")),
    Entry("thanks", resident_home.thanks, ("gracias", "muchas gracias", "thanks", "thank you")),
    Entry(
        "start_shift",
        shift.start,
        ("iniciar turno", "entrar a turno", "entro", "start shift"),
    ),
    Entry(
        "end_shift",
        shift.end,
        ("terminar turno", "salir de turno", "fin de turno", "end shift"),
    ),
    Entry("walk", walking.begin, ("recorrido", "iniciar recorrido", "empezar recorrido")),
    Entry("note_stop", stopping.note, ("parada", "otra parada")),
    Entry("end_walk", walking.end, ("terminar recorrido", "fin de recorrido")),
    Entry("caution", cautioning.anywhere, ("riesgo", "avisar de un riesgo", "riesgo del lugar")),
    Entry("duty", enrolment.home, ("turno",)),
    Entry("mode", shift.mode, ("modo", "cambiar modo")),
    Entry("pause_shift", shift.pause, ("pausa", "pausar turno", "descanso")),
    Entry("resume_shift", shift.resume, ("reanudar", "reanudar turno", "fin de pausa")),
    Entry("pending", shift.pending, ("pendientes", "mis pendientes")),
    Entry("pin", pin.change, ("pin", "mi pin", "cambiar pin", "poner pin")),
    Entry("reset_pin", pins.choose_whose, ("restablecer pin",)),
    Entry("promises", promising.pending, ("promesas", "promises"), leaves=True),
    Entry(
        "rotation",
        rotating.plan,
        ("plan de recorridos", "rotacion", "planear recorridos", "recorridos de la semana"),
    ),
    Entry("status", overview.status, ("estado", "como vamos", "status")),
    Entry("on_duty", on_duty.show, ("turnos", "en turno", "quien esta")),
    Entry("offices", offices.scoreboard, ("oficinas", "dependencias", "offices")),
    Entry("groups", groups.groups, ("grupos", "vincular grupo", "groups")),
    Entry("bind_group", groups.start_binding),
    Entry("held", held.held, ("retenidos",)),
    Entry("appeal", paused.appeal, ("pedir revision",)),
    Entry("team", team.team, ("equipo", "team")),
    Entry("invite", team.invite, ("invitar", "invite")),
    Entry("revoke", team.revoke, ("dar de baja", "revocar")),
)

TAPS: tuple[Tap, ...] = (
    Tap("claim", case.claim),
    Tap("decline", case.decline),
    Tap("support", case.support),
    Tap("case", case.see),
    Tap("place", case.place),
    Tap("reset_pin", pins.reset),
    Tap("way", case.on_the_way),
    Tap("here", case.arrived),
    Tap("release", case.release),
    Tap("ask", case.start_talk("ask")),
    Tap("note", case.start_talk("note")),
    Tap("refer", case.start_talk("refer", "referred")),
    Tap("done", case.start_talk("close")),
    Tap("missing", case.start_talk("close", "not_located")),
    Tap("need", case.need),
    Tap("call", case.call),
    Tap("begin", shift.begin),
    Tap("mode", shift.set_mode),
    Tap("panel", place_panel.show),
    Tap("warn", cautioning.warn),
    Tap("doubt", cautioning.doubt),
    Tap("safe", cautioning.agree),
    Tap("nosafe", cautioning.refuse),
    Tap("unsafe", cautioning.take_off),
    Tap("pass", sharing.offer),
    Tap("accept", sharing.accept),
    Tap("notme", sharing.decline),
    Tap("snooze", sharing.snooze),
    Tap("wake", sharing.wake),
    Tap("received", handing.received),
    Tap("handnote", handing.later),
    Tap("visits", case.start_talk("visits")),
    Tap("vin", patrolling.arrive),
    Tap("vout", patrolling.start_leaving),
    Tap("word", case.start_talk("promise")),
    Tap("promise", promising.see),
    Tap("kept", promising.keep),
    Tap("pmove", promising.start("promise_move")),
    Tap("poff", promising.start("promise_off")),
    Tap("give", giving.give),
    Tap("same", badge.same),
    Tap("notsame", badge.not_same),
    Tap("thank", thanking.thank),
    Tap("wjot", after_stop.as_report),
    Tap("wmet", after_stop.how_many),
    Tap("wkind", after_stop.which_kind),
    Tap("mediate", mediating.start),
    Tap("pact", mediating.answered),
    Tap("asktext", referring.text_to_send),
    Tap("officesaid", referring.start_noting),
    Tap("passon", referring.pass_on),
    Tap("keepit", referring.keep),
    Tap("ungroup", groups.let_go),
    Tap("reassign", overview.reassign),
    Tap("let", held.let_through),
    Tap("let_in", held.let_in),
    Tap("pause", held.pause),
    Tap("unpause", held.unpause),
    Tap("keep_pause", held.keep),
    Tap("approve", team.approve),
    Tap("refuse", team.refuse),
    Tap("help", helping.answer),
    Tap("helped", helping.end),
    Tap("helpfile", helping.show_file),
    Tap("forget", erasing.decide),
    Tap("see", my_reports.status),
    Tap("add", my_reports.add),
    Tap("again", my_reports.again),
    Tap("withdraw", my_reports.withdraw),
    Tap("solved", my_reports.solved),
    Tap("tip", information.tip),
    Tap("tips", information.tips_page),
    Tap("tipsof", information.tips_of_kind),
    Tap("visit", information.visit_colonia),
    Tap("contact", information.contact),
    Tap("also", filing.also),
    Tap("noalso", filing.not_also),
)

_BY_NAME = {entry.name: entry for entry in ENTRIES}
_BY_WORD = {word: entry for entry in ENTRIES for word in entry.words}
_TAPS = {tap.verb: tap for tap in TAPS}
LONGEST_WORD = 3 * max(
    map(len, _BY_WORD)
)  # characters, with all signs around it; beyond it nobody says one word
_COMMAND = re.compile(r"^/([a-z0-9_]+)(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_FOLIO_WORD = re.compile(r"^/?(?:estado|folio|status|como va)\b", re.IGNORECASE)
_TYPED = {
    "tomar": "claim",
    "voy": "way",
    "llegue": "here",
    "soltar": "release",
    "ver": "case",
    "cerrar": "done",
    "hecho": "done",
    "necesito": "need",
    "apoyo": "call",
    "nota": "note",
    "codigo": "give",
    "pasar": "pass",
    "recordar": "snooze",
}


# ---- words ----


def global_word(who: Speaker) -> Act | None:
    """A word that means the same anywhere, only when the whole message is that word."""
    text = who.inbound.text.strip()
    if who.inbound.start:
        return start
    if codes.asked_in(text):
        return follow
    found = _COMMAND.match(text)
    if found is not None:
        return _command(who, found[1])
    folio = folios.find(text)
    if folio is not None and _FOLIO_WORD.match(text) and naming.only_asks(text):
        return _status_of(folio)
    if folio is not None and who.role is not Role.RESIDENT and not _sentence(who, text):
        return _typed(text, folio)
    if len(text) > LONGEST_WORD:
        return None
    entry = _BY_WORD.get(fold(text)) or (_BY_WORD["?"] if text == "?" else None)
    if entry is None or (entry.name in _NOT_IN_TALK and " " not in text and talks.running(who) is not None):
        return None
    return entry.start if who.role in entry.roles else None


MOST_OF_A_COMMAND = 4  # words, with the folio: "voy al folio 4172-0853"


def _sentence(who: Speaker, text: str) -> bool:
    """ "Voy a pasar mañana, como en el 4172-0853": more than a command, while something is being asked, is the answer."""
    return len(text.split()) > MOST_OF_A_COMMAND and talks.running(who) is not None


# Single words that may be an answer to what is being asked: they start something only when nothing is.
_NOT_IN_TALK = frozenset(
    {"anonymity", "thanks", "person", "report", "resume", "more", "status", "directory", "language"}
)


def _command(who: Speaker, name: str) -> Act:
    entry = _BY_WORD.get(name.replace("_", " ")) or _BY_WORD.get(name) or _BY_NAME.get(name)
    if entry is None:
        return home
    return entry.start if who.role in entry.roles else _not_yours


def _not_yours(who: Speaker) -> None:
    raise NotPermitted


def _status_of(folio: str) -> Act:
    def act(who: Speaker) -> None:
        if who.role is Role.RESIDENT:
            my_reports.status(who, folio)
        else:
            _press(who, "case", folio)

    return act


def _typed(text: str, folio: str) -> Act | None:
    """What a word and a folio do; «nota», the folio and more is the note itself."""
    word, *rest = fold(text.replace(folios.show(folio), folio)).split()
    verb = _TYPED.get(word)
    if verb == "note" and len(rest) > 1:
        return None
    return (lambda who: _press(who, verb, folio)) if verb is not None else None


# ---- taps ----


def tapped(who: Speaker) -> None:
    """A button: its mark is checked, its right is read again; a stale one is told where things stand."""
    body = who.here.tokens.open(who.person.id, who.inbound.token)
    if body is None:
        _stale(who)
        return
    pressed(who, body)


def pressed(who: Speaker, body: str) -> None:
    """What a button says, tapped or chosen by its number or its words."""
    verb, _, argument = body.partition(".")
    if verb == "a":
        _answer(who, argument)
    elif verb == "m":
        _entry(who, argument)
    else:
        _press(who, verb, argument)


def _press(who: Speaker, verb: str, argument: str) -> None:
    tap = _TAPS.get(verb)
    if tap is None:
        _stale(who)
    else:
        rights.require(who.role, verb)
        limits.count_act(who, verb)
        tap.press(who, argument)


def _entry(who: Speaker, name: str) -> None:
    entry = _BY_NAME.get(name)
    if entry is None:
        _stale(who)
    else:
        rights.require(who.role, f"m.{name}")
        entry.start(who)


def _answer(who: Speaker, argument: str) -> None:
    """A tap on a question of a talk; on an older question the talk says where it stands."""
    talk_id, version, key = (*argument.split(".", 2), "", "")[:3]
    found = [talk for talk in who.tx.conversations.of(who.person.id) if talk.id == talk_id]
    if not found:
        _stale(who)
        return
    talk = found[0]
    if str(talk.version) != version and not danger.waits_for_its_tap(talk):
        talks.ask_again(who, talk, who.t("Esa opción ya pasó. Vamos aquí:"))
        return
    talks.reply(who, talk, Reply(choice=key))


def _stale(who: Speaker) -> None:
    talk = talks.running(who)
    line = who.t("Esa opción ya no está activa.")
    if talk is not None:
        talks.ask_again(who, talk, line)
        return
    who.say(line, actions=(button(who.t("Menú"), "m.menu"),))


# ---- the PIN ----


def six_digits(who: Speaker, proof: Proof) -> None:
    """Of staff, six digits alone are a PIN and nothing else; what waited for it goes on by itself."""
    waited = pin.said(who, proof)
    if waited:
        pressed(who, waited)


# ---- the rest ----


def edited(who: Speaker) -> None:
    """An edited message changes nothing by itself: what was sent stays as it was sent."""
    if talks.running(who) is not None:
        who.say(
            who.t(
                "Vi que corrigió un mensaje. Lo nuevo escríbalo otra vez, o ponga «atrás» para cambiar lo anterior."
            )
        )
    elif who.tx.reports.of_person(who.person.id, most=1):
        who.say(
            who.t("Vi que corrigió un mensaje. Si es de su reporte, mándelo como mensaje nuevo y lo agrego."),
            actions=person.still(who),
        )


def not_taken(who: Speaker) -> None:
    """A sticker, a contact card, a kind of file that we can't open: said kindly, and the talk goes on."""
    line = who.t("Eso no lo puedo abrir. Sí puedo con texto, foto, video, nota de voz y ubicación.")
    talk = talks.running(who)
    if talk is not None:
        talks.ask_again(who, talk, line)
        return
    who.say(line, actions=person.still(who) or (button(who.t("Menú"), "m.menu"),))


def group_hint(who: Speaker) -> None:
    """In a group nobody can speak in private: one line, at most once an hour, and out; 911 always."""
    in_danger = who.understood is not None and who.understood.danger is not None
    first = who.tx.people.count(who.person.id, "group", who.at, within_seconds=3600.0) == 1
    if first or in_danger:
        urgent = (
            (who.t("Llame al 911 AHORA. Si no puede hablar, deje la llamada abierta."),) if in_danger else ()
        )
        line = who.t("Aquí lo lee todo el grupo. Escríbame en privado, por favor.")
        who.show(Outgoing(lines=(*urgent, line), leaves=True))
