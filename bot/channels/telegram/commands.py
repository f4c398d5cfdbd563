"""The commands that each role sees, and what Telegram shows before the first word is said.

They are display only: whoever types another role's command is judged where the command is read.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.channels import SendError

if TYPE_CHECKING:
    from telegram import BotCommandScopeChat

    from bot.channels.telegram.client import Client

log = logging.getLogger(__name__)

Commands = dict[str, str]  # name -> what it does

RESIDENT: dict[str, Commands] = {
    "es": {
        "reportar": "Contarle algo a su policía de proximidad",
        "mis_reportes": "Ver en qué van sus reportes",
        "mi_policia": "Quién atiende su colonia",
        "consejos": "Consejos de prevención",
        "directorio": "Números útiles",
        "privacidad": "Aviso de privacidad y sus datos",
        "ayuda": "Cómo funciona",
        "baja": "Dejar de recibir mensajes",
        "alta": "Volver a recibir mensajes",
        "cancelar": "Cancelar lo que está haciendo",
        "menu": "Ir al menú",
    },
    "en": {
        "reportar": "Tell your neighbourhood police something",
        "mis_reportes": "See how your reports are going",
        "mi_policia": "Who looks after your neighbourhood",
        "consejos": "Prevention tips",
        "directorio": "Useful numbers",
        "privacidad": "Privacy notice and your data",
        "ayuda": "How it works",
        "baja": "Stop receiving messages",
        "alta": "Receive messages again",
        "cancelar": "Cancel what you are doing",
        "menu": "Go to the menu",
    },
}
BY_ROLE: dict[str, Commands] = {
    "officer": {
        "turno": "Iniciar, pausar o terminar turno",
        "pendientes": "Reportes abiertos",
        "anotar": "Anotar un asunto",
        "ayuda": "Cómo funciona",
        "menu": "Ir al menú",
    },
    "supervisor": {
        "estado": "Abiertos y vencidos",
        "turnos": "Quién está en turno y qué falta cubrir",
        "equipo": "Quién tiene alta",
        "invitar": "Dar de alta a un policía",
        "oficinas": "Qué contestan otras dependencias",
        "pendientes": "Lo que espera decisión",
        "ayuda": "Cómo funciona",
        "menu": "Ir al menú",
    },
}
# In an empty chat, above the button "Iniciar" (at most 512), and on the bot's own page (at most 120).
DESCRIPTION = {
    "es": "En una emergencia llame al 911. Este es el asistente de su policía de proximidad: cuéntele qué "
    "pasa en su colonia, reciba un folio y siga en qué va. Es un programa, no una persona; lo leen policías.",
    "en": "In an emergency call 911. This is the assistant of your neighbourhood police: tell it what is "
    "happening, get a reference number and follow it. It is a program, not a person; police read it.",
}
SHORT_DESCRIPTION = {
    "es": "Asistente de la policía de proximidad. En una emergencia llame al 911.",
    "en": "Assistant of the neighbourhood police. In an emergency call 911.",
}
DEFAULT = "es"  # shown in every language that has no texts of its own


async def introduce(client: Client) -> None:
    """Texts of the empty chat and the residents' commands, for everybody. A failure is logged, no more."""
    for language in RESIDENT:
        code = "" if language == DEFAULT else language
        for step in (_resident_commands, _describe):
            try:
                await step(client, language, code)
            except SendError as error:
                log.warning("texts not set: %s", error.code, extra={"action": "telegram.introduce"})


async def show_commands(client: Client, chat: str, role: str) -> bool:
    """The menu of one private chat; a role without its own sees the residents'. Never raises."""
    try:
        if role in BY_ROLE:
            await client.with_bot(
                lambda bot: bot.set_my_commands(_as_pairs(BY_ROLE[role]), scope=_chat_scope(chat))
            )
        else:
            await client.with_bot(lambda bot: bot.delete_my_commands(scope=_chat_scope(chat)))
    except (SendError, ValueError) as error:
        log.warning("commands not set: %s", error, extra={"action": "telegram.commands"})
        return False
    return True


async def _describe(client: Client, language: str, code: str) -> None:
    """Read first: Telegram lets these texts be written only rarely."""
    texts = {"description": DESCRIPTION[language], "short_description": SHORT_DESCRIPTION[language]}
    for (name, text), method in zip(texts.items(), ("MyDescription", "MyShortDescription"), strict=True):
        shown = await client.told(f"get{method}", {"language_code": code}, dict[str, str])
        if shown.get(name) != text:
            await client.call(f"set{method}", {name: text, "language_code": code})


async def _resident_commands(client: Client, language: str, code: str) -> None:
    listed = [{"command": name, "description": text} for name, text in RESIDENT[language].items()]
    everybody = {"type": "all_private_chats"}
    await client.call("setMyCommands", {"commands": listed, "scope": everybody, "language_code": code})


def _as_pairs(commands: Commands) -> list[tuple[str, str]]:
    return list(commands.items())


def _chat_scope(chat: str) -> BotCommandScopeChat:
    from telegram import BotCommandScopeChat

    return BotCommandScopeChat(int(chat))
