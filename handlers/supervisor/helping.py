"""Answering "Hablar con una persona": the first supervisor who answers has the talk."""

from __future__ import annotations

from bot.conversation import Flow
from bot.domain.notices import Lane, Notice
from bot.messages import Outgoing
from bot.questions import Written, write
from bot.texts import Texts
from handlers import talks
from handlers.desk import person
from handlers.officer.cards import attachment
from handlers.resident.telling import in_parts
from handlers.speaker import Speaker, button
from storage.conversations import Conversation


def answer(who: Speaker, request_id: str) -> None:
    """Take the talk and write the answer; a second supervisor is told that it is taken."""
    request = _request(who, request_id)
    if request is None or not who.tx.requests.take_help(request, who.person.id):
        who.say(who.t("Ya lo atiende otra persona, o ya terminó."))
        return
    talks.start(who, "help", {"request": request})


def _request(who: Speaker, short: str) -> str | None:
    return who.tx.requests.help_starting(short)


def _flow(t: Texts) -> Flow[Written]:
    ask = (t("Escriba la respuesta. Le llega a la persona sin su número."),)
    return (yield from write("answer", ask, too_long=in_parts(t)))


def _answered(who: Speaker, talk: Conversation, said: Written) -> None:
    request = who.tx.requests.help(talk.arguments["request"])
    if request is None or request.closed_at is not None:
        who.say(who.t("Esa plática ya terminó."))
        return
    told = Notice(
        person_id=request.person_id,
        name="help_answer",
        facts={"text": said.text, "by": who.officer.name if who.officer else ""},
        lane=Lane.REPLY,
    )
    who.tx.outbox.put([told], who.at)
    person.answered(who.tx, request.id)
    who.say(
        who.t("Enviado."),
        actions=(
            button(who.t("Contestar más"), f"help.{request.id[:12]}"),
            button(who.t("Terminar"), f"helped.{request.id[:12]}"),
        ),
    )


def show_file(who: Speaker, media_id: str) -> None:
    """What the person sent; the button was made for this supervisor alone."""
    file = who.tx.media.get(media_id)
    if file is None or file.state in ("refused", "gone"):
        who.say(who.t("Ese archivo no se pudo abrir o ya no está."))
    elif file.state == "pending":
        again = button(who.t("Ver archivo"), f"helpfile.{media_id}")
        who.say(who.t("Todavía está llegando. Toque otra vez en un momento."), actions=(again,))
    else:
        who.show(
            Outgoing(lines=(who.t("Lo mandó la persona:"),), attachments=(attachment(file),), protected=True)
        )


def end(who: Speaker, request_id: str) -> None:
    """The talk is over."""
    request = _request(who, request_id)
    if request is not None:
        who.tx.requests.end_help(request, who.at)
        person.answered(who.tx, request)
    who.say(who.t("Plática terminada."))


talks.script(
    talks.Script(
        name="help",
        make=lambda t, here, kept, again: _flow(t),
        finish=_answered,
    )
)
