"""What the Bot API takes and what it refuses: parameters, markup, keyboards."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

Params = dict[str, Any]

SENDS = "chat_id!:chat disable_notification:bool protect_content:bool reply_markup:json reply_parameters:json"
MEDIA = f"{SENDS} caption:str parse_mode:str"
# method -> its parameters: name, "!" where required, type
METHODS: dict[str, str] = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setWebhook": "url!:str secret_token:str allowed_updates:json max_connections:int "
    "drop_pending_updates:bool",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": f"{SENDS} text!:str parse_mode:str entities:json link_preview_options:json",
    "sendPhoto": f"{MEDIA} photo!:file",
    "sendVoice": f"{MEDIA} voice!:file duration:int",
    "sendAudio": f"{MEDIA} audio!:file duration:int",
    "sendVideo": f"{MEDIA} video!:file duration:int",
    "sendDocument": f"{MEDIA} document!:file",
    "sendLocation": f"{SENDS} latitude!:float longitude!:float",
    "sendVenue": f"{SENDS} latitude!:float longitude!:float title!:str address!:str",
    "sendContact": f"{SENDS} phone_number!:str first_name!:str last_name:str vcard:str",
    "editMessageText": "chat_id!:chat message_id!:int text!:str parse_mode:str entities:json "
    "link_preview_options:json reply_markup:json",
    "editMessageReplyMarkup": "chat_id!:chat message_id!:int reply_markup:json",
    "deleteMessage": "chat_id!:chat message_id!:int",
    "answerCallbackQuery": "callback_query_id!:str text:str show_alert:bool cache_time:int",
    "getFile": "file_id!:str",
    "leaveChat": "chat_id!:chat",
    "setMyCommands": "commands!:json scope:json language_code:str",
    "deleteMyCommands": "scope:json language_code:str",
    "getMyCommands": "scope:json language_code:str",
    "setMyDescription": "description:str language_code:str",
    "getMyDescription": "language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "getMyShortDescription": "language_code:str",
}
TAGS = frozenset(
    [
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ins",
        "s",
        "strike",
        "del",
        "span",
        "tg-spoiler",
        "a",
        "code",
        "pre",
        "blockquote",
        "tg-emoji",
    ]
)
TAG = re.compile(r"<(/?)([a-z-]*)([^<>]*)>|<")
ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
BUTTON_KINDS = frozenset({"callback_data", "url", "copy_text", "web_app", "switch_inline_query"})
BUTTON_KEYS = BUTTON_KINDS | {"text", "style"}
REPLY_KEYS = frozenset(
    {
        "keyboard",
        "resize_keyboard",
        "one_time_keyboard",
        "is_persistent",
        "input_field_placeholder",
        "selective",
    }
)


class Refusal(Exception):
    """An error as the real server words it."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    """A 400."""
    return Refusal(400, f"Bad Request: {description}")


def _table() -> dict[str, dict[str, tuple[str, bool]]]:
    table: dict[str, dict[str, tuple[str, bool]]] = {}
    for method, words in METHODS.items():
        pairs = (word.split(":") for word in words.split())
        table[method] = {name.rstrip("!"): (kind, name.endswith("!")) for name, kind in pairs}
    return table


TABLE = _table()


def checked(method: str, given: Params) -> Params:
    """The parameters with their types; a parameter unknown to the method is our bug, so it is refused."""
    known = TABLE.get(method)
    if known is None:
        raise Refusal(404, "Not Found: method not found")
    for name in given.keys() - known.keys():
        raise bad(f"unknown parameter {name} of {method}")
    for name, (_, required) in known.items():
        if required and given.get(name) in (None, ""):
            raise bad("message text is empty" if name == "text" else f'parameter "{name}" is required')
    return {name: _typed(name, known[name][0], value) for name, value in given.items()}


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        return CASTS[kind](value)
    except (ValueError, TypeError):
        raise bad(f"{name} must be of type {kind}") from None


def _as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _as_bool(value: Any) -> bool:
    return value in (True, "true", "True", "1", 1)


def _as_text(value: Any) -> str:
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return text


CASTS: dict[str, Any] = {
    "int": int,
    "chat": int,
    "float": float,
    "bool": _as_bool,
    "json": _as_json,
    "str": _as_text,
    "file": lambda value: value,
}


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def read_text(text: str, parse_mode: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    """The text as people see it, and its entities."""
    plain, entities = _parse_html(text) if parse_mode.upper() == "HTML" else (text, [])
    if not plain.strip() or "\x00" in plain:
        raise bad("message text is empty")
    if units(plain) > limit:
        raise bad("message is too long" if limit == 4096 else "message caption is too long")
    return plain.rstrip(), entities


def _parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    plain, entities, open_tags, at = "", [], [], 0
    for tag in TAG.finditer(text):
        plain += _unescape(text[at : tag.start()])
        at = tag.end()
        offset = len(text[: tag.start()].encode())
        if tag[1]:
            entities.append(_close(open_tags, tag[2], plain, offset))
        elif tag[2] in TAGS:
            open_tags.append((tag[2], units(plain)))
        else:
            raise bad(
                f'can\'t parse entities: Unsupported start tag "{tag[2] or ""}" at byte offset {offset}'
            )
    if open_tags:
        raise bad(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\""
        )
    return plain + _unescape(text[at:]), entities


def _close(open_tags: list[tuple[str, int]], name: str, plain: str, offset: int) -> dict[str, Any]:
    if not open_tags or open_tags[-1][0] != name:
        raise bad(f"can't parse entities: Unmatched end tag at byte offset {offset}")
    kind, start = open_tags.pop()
    return {
        "type": {"b": "bold", "i": "italic"}.get(kind, kind),
        "offset": start,
        "length": units(plain) - start,
    }


def _unescape(text: str) -> str:
    """Only what Telegram knows; any other `&` stays as it is."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def check_markup(markup: Any, *, private: bool) -> None:
    """Refuses a keyboard that the real server would refuse."""
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_inline(markup)
    elif "keyboard" in markup:
        _check_reply(markup, private=private)
    elif markup.get("remove_keyboard") is not True or markup.keys() - {"remove_keyboard", "selective"}:
        raise bad("unknown reply markup")


def _check_inline(markup: dict[str, Any]) -> None:
    rows = markup["inline_keyboard"]
    if (
        markup.keys() != {"inline_keyboard"}
        or any(len(row) > 8 for row in rows)
        or len(list(_flat(rows))) > 100
    ):
        raise bad("REPLY_MARKUP_TOO_LONG")
    for button in _flat(rows):
        _check_button(button)


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text") or button.keys() - BUTTON_KEYS or len(BUTTON_KINDS & button.keys()) != 1:
        raise bad("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if button.get("style", "primary") not in ("primary", "success", "danger"):
        raise bad("BUTTON_STYLE_INVALID")


def _check_reply(markup: dict[str, Any], *, private: bool) -> None:
    if markup.keys() - REPLY_KEYS or not markup["keyboard"]:
        raise bad("unknown reply markup")
    for button in _flat(markup["keyboard"]):
        if not button.get("text"):
            raise bad("keyboard button text is empty")
        if button.get("request_location") and not private:
            raise bad("location can be requested in private chats only")


def _flat(rows: list[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield from row


def check_commands(commands: list[dict[str, str]]) -> None:
    """At most 100, lower case without accents."""
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
