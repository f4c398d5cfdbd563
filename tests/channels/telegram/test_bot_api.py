"""The fake Bot API refuses what the real one refuses, in its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from tests.fakes.bot_api import BotApi

HOLA = {"chat_id": 101, "text": "hola"}
HTML = {"parse_mode": "HTML"}


def inline(**button: Any) -> dict[str, Any]:
    return {**HOLA, "reply_markup": {"inline_keyboard": [[{"text": "x", **button}]]}}


def place_keyboard(chat: int) -> dict[str, Any]:
    keyboard = {"keyboard": [[{"text": "x", "request_location": True}]]}
    return {"chat_id": chat, "text": "a", "reply_markup": keyboard}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": 101}, "message text is empty"),
    ("sendMessage", {**HOLA, "text": " \n"}, "message text is empty"),
    ("sendMessage", {**HOLA, "text": "a" * 4097}, "message is too long"),
    ("sendMessage", {**HOLA, "text": "🚓" * 2049}, "message is too long"),
    ("sendMessage", {**HOLA, "chat_id": 404}, "chat not found"),
    ("sendMessage", {**HOLA, "chat_id": "x"}, "chat_id must be of type chat"),
    ("sendMessage", {**HOLA, "nonsense": 1}, "unknown parameter nonsense"),
    ("sendMessage", {**HOLA, **HTML, "text": "a < b"}, 'Unsupported start tag "" at byte offset 2'),
    ("sendMessage", {**HOLA, **HTML, "text": "<x>a</x>"}, 'Unsupported start tag "x"'),
    ("sendMessage", {**HOLA, **HTML, "text": "<b>a"}, "Can't find end tag"),
    ("sendMessage", {**HOLA, **HTML, "text": "<b>a</i>"}, "Unmatched end tag at byte offset 4"),
    ("sendMessage", inline(callback_data=""), "BUTTON_DATA_INVALID"),
    ("sendMessage", inline(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
    ("sendMessage", inline(callback_data="ñ" * 33), "BUTTON_DATA_INVALID"),
    ("sendMessage", inline(), "Text buttons are unallowed"),
    ("sendMessage", inline(callback_data="a", url="b"), "Text buttons are unallowed"),
    ("sendMessage", inline(callback_data="a", colour="red"), "Text buttons are unallowed"),
    ("sendMessage", inline(callback_data="a", style="pink"), "BUTTON_STYLE_INVALID"),
    ("sendMessage", inline(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
    ("sendMessage", {**HOLA, "reply_markup": {"what": 1}}, "unknown reply markup"),
    ("sendMessage", place_keyboard(-900), "location can be requested in private chats only"),
    ("sendVenue", {"chat_id": 101, "latitude": 1, "longitude": 2, "title": "x"}, '"address" is required'),
    ("editMessageText", {**HOLA, "message_id": 99}, "message to edit not found"),
    ("deleteMessage", {"chat_id": 101, "message_id": 99}, "message to delete not found"),
    ("answerCallbackQuery", {"callback_query_id": "x"}, "query is too old"),
    ("getFile", {"file_id": "x"}, "wrong file_id"),
    ("setMyCommands", {"commands": [{"command": "añadir", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    ("setWebhook", {"url": "http://bot.example"}, "bad webhook: An HTTPS URL must be provided"),
]


async def answer(channel: TelegramChannel, method: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    status, body = await channel._client.ask(method, params)
    return status, json.loads(body)


@pytest.mark.parametrize(("method", "params", "words"), REFUSED, ids=[row[2] for row in REFUSED])
async def test_it_refuses(
    channel: TelegramChannel, api: BotApi, method: str, params: dict[str, Any], words: str
) -> None:
    api.join(101)
    api.join(-900)
    status, said = await answer(channel, method, params)
    assert (status, said["ok"], said["error_code"]) == (400, False, 400)
    assert words in said["description"]


async def test_it_takes_what_is_allowed(channel: TelegramChannel, api: BotApi) -> None:
    api.join(101)
    for params in (
        {**HOLA, "text": "a" * 4096},
        {**HOLA, **HTML, "text": "<b>a</b> &lt; &amp; & <i>c</i>"},
        inline(callback_data="x" * 64, style="danger"),
        place_keyboard(101),
    ):
        assert (await answer(channel, "sendMessage", params))[0] == 200
    assert api.screen(101)[1] == "a < & & c"


async def test_a_message_with_a_reply_keyboard_cannot_be_edited(
    channel: TelegramChannel, api: BotApi
) -> None:
    api.join(101)
    _, sent = await answer(channel, "sendMessage", place_keyboard(101))
    number = sent["result"]["message_id"]
    _, said = await answer(channel, "editMessageText", {**HOLA, "message_id": number})
    assert "message can't be edited" in said["description"]


async def test_an_unknown_method_and_a_foreign_token(channel: TelegramChannel, api: BotApi) -> None:
    assert (await answer(channel, "makeCoffee", {}))[0] == 404
    for token, status in (("1:other", 401), ("nonsense", 404)):
        stranger = TelegramChannel(token, api_url=api.url)
        assert (await answer(stranger, "getMe", {}))[0] == status
        await stranger.stop()


async def test_an_offset_confirms_what_stands_before_it(channel: TelegramChannel, api: BotApi) -> None:
    ids = [(await _pushed(api, text)) for text in ("a", "b", "c")]

    async def ask(**params: int) -> list[int]:
        _, said = await answer(channel, "getUpdates", params)
        return [update["update_id"] for update in said["result"]]

    assert await ask() == ids
    assert await ask(limit=1) == ids[:1]
    assert await ask(offset=ids[1]) == ids[1:]
    assert await ask(offset=-1) == ids[2:]
    assert await ask() == ids[2:]


async def _pushed(api: BotApi, text: str) -> int:
    api.say(101, text)
    return max(api.pending)


async def test_a_person_presses_a_button_by_its_label(channel: TelegramChannel, api: BotApi) -> None:
    api.join(101)
    await answer(channel, "sendMessage", inline(callback_data="t"))
    api.press(101, "x")
    assert b'"data":"t"' in list(api.pending.values())[-1]
    with pytest.raises(AssertionError, match="no button"):
        api.press(101, "otra")
