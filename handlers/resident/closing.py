""" "Ok gracias", "va", "es todo", 👍: the end of a talk and no concern, however much a classifier would like one."""

from __future__ import annotations

import re

from bot.questions import fold
from handlers.resident import home
from handlers.speaker import Speaker

_ENDS = (
    r"ok(?:a?y|i|is|as)?|va|vale|sale|orale|list[oa]|bueno|(?:muy |esta |todo )?bien|perfecto|excelente|claro(?: que si)?",
    r"enterad[oa]|entendid[oa]|de acuerdo|(?:muchas |muchisimas |mil )?gracias|igualmente|amen",
    r"(?:ya |eso )?(?:es|era|seria|fue) todo|por (?:ahora|hoy)|nada(?: mas)?|ya quedamos",
    r"adios|bye|luego|hasta (?:luego|manana|pronto)|nos vemos|que tenga (?:\w+ )?(?:dia|tarde|noche)|buen dia",
    r"dios (?:l[eoa]s?) bendiga|bendiciones",
    r"thanks|thank you|that s all|alright|fine|great|perfect|good ?bye|see you|have a (?:good|nice) (?:day|night)",
)
_CALLED = r"(?:oficial|jefe|comandante|senor|senora|senorita|joven|amig[oa]|officer)"
_CLOSING = re.compile(rf"(?:(?:{'|'.join(_ENDS)})(?: pues)?(?: {_CALLED})? )+")
_SIGNS = frozenset("👍👌🙏🤝✅😊🙂😀❤🫡🙌💪\ufe0f\u200d🏻🏼🏽🏾🏿")


def in_words(who: Speaker) -> bool:
    """Nothing more is wanted: said kindly, and that is all."""
    if not closes(who.inbound.text):
        return False
    home.thanks(who)
    return True


def closes(text: str) -> bool:
    """Is this nothing but the end of a talk?"""
    said = "".join(text.split())
    if said and set(said) <= _SIGNS:
        return True
    return _CLOSING.fullmatch(fold(text) + " ") is not None
