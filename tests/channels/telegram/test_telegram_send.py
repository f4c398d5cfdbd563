"""Sending through a strict Bot API: order, edits, toasts, files, and every way to fail."""

from __future__ import annotations

import logging
import socket
import traceback
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels import Channel, Failure, Fetched, MediaGone, SendError
from bot.channels.telegram import TelegramChannel, client
from bot.channels.telegram.outbound import FILE_LOST
from bot.domain.territory import Point
from bot.messages import Action, Address, Attachment, AttachmentKind, Outgoing
from storage.outbox import LEASE
from tests.fakes.bot_api import BotApi

LUPITA = Address("telegram", "101")
TAKE = Action(label="Tomar", token="t", style="primary")
CARD = Outgoing(title="Aviso <1>", lines=("Poste & cable",), actions=(TAKE,))
HELLO = Outgoing(lines=("hola",))


@pytest.fixture(autouse=True)
def _people(api: BotApi) -> None:
    api.join(101)


async def failure_of(channel: TelegramChannel, card: Outgoing = HELLO, **more: str) -> SendError:
    with pytest.raises(SendError) as caught:
        await channel.send(LUPITA, card, **more)
    return caught.value


async def test_it_is_a_channel(channel: TelegramChannel) -> None:
    contract: Channel = channel
    assert contract.name == "telegram"
    assert contract.capabilities.edits
    assert await contract.find(LUPITA, CARD, 60) is None


async def test_the_person_sees_the_card_and_we_know_its_id(channel: TelegramChannel, api: BotApi) -> None:
    sent = await channel.send(LUPITA, CARD)
    seen = api.screens[101][int(sent)]
    assert seen["text"] == "Aviso <1>\nPoste & cable"
    assert seen["entities"] == [{"type": "bold", "offset": 0, "length": 9}]


async def test_what_was_accepted_without_an_id_is_accepted(
    channel: TelegramChannel, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sending it again would say it twice."""
    monkeypatch.setattr(api, "_send", lambda method: lambda params: True)
    assert await channel.send(LUPITA, CARD) == ""
    assert len(api.requests("sendMessage")) == 1


async def test_the_library_sends_the_same(channel: TelegramChannel, api: BotApi) -> None:
    """python-telegram-bot is the reference of our own, faster way."""
    await channel.send(LUPITA, CARD.with_(quiet=True, protected=True))
    ours = api.requests("sendMessage")[0]

    async def theirs(bot: Bot) -> None:
        await bot.send_message(
            101,
            ours["text"],
            parse_mode="HTML",
            disable_notification=True,
            protect_content=True,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=InlineKeyboardMarkup.de_json(ours["reply_markup"], bot),
        )

    await channel._client.with_bot(theirs)
    assert api.requests("sendMessage")[1] == ours


async def test_a_card_is_edited_in_place(channel: TelegramChannel, api: BotApi) -> None:
    first = await channel.send(LUPITA, CARD)
    second = await channel.send(LUPITA, Outgoing(title="Ya lo tomó Ruiz", replaces=first))
    assert second == first
    assert api.screen(101) == ["Ya lo tomó Ruiz"]
    assert "reply_markup" not in api.screens[101][int(first)]


async def test_the_same_edit_again_is_a_success(channel: TelegramChannel) -> None:
    first = await channel.send(LUPITA, CARD)
    assert await channel.send(LUPITA, CARD.with_(replaces=first)) == first


@pytest.mark.parametrize("gone", ["9999", "", "nonsense"])
async def test_a_card_that_is_gone_is_sent_anew(channel: TelegramChannel, api: BotApi, gone: str) -> None:
    sent = await channel.send(LUPITA, CARD.with_(replaces=gone))
    assert api.screen(101) == ["Aviso <1>\nPoste & cable"]
    assert sent.isdigit()
    assert sent != gone


async def test_a_pin_cannot_become_a_text(channel: TelegramChannel, api: BotApi) -> None:
    pin = await channel.send(LUPITA, Outgoing(pin=Point(18.5, -88.3)))
    assert await channel.send(LUPITA, HELLO.with_(replaces=pin)) != pin
    assert "hola" in api.screen(101)


async def test_a_card_too_long_to_replace_takes_the_old_buttons_away(
    channel: TelegramChannel, api: BotApi
) -> None:
    first = await channel.send(LUPITA, CARD)
    await channel.send(LUPITA, Outgoing(lines=("a" * 5000,), replaces=first))
    assert "reply_markup" not in api.screens[101][int(first)]
    assert len(api.screen(101)) == 3


async def test_an_edit_that_may_have_arrived_is_tried_again(channel: TelegramChannel, api: BotApi) -> None:
    first = await channel.send(LUPITA, CARD)
    api.fail("drop after", method="editMessageText")
    card = HELLO.with_(replaces=first)
    assert (await failure_of(channel, card)).failure is Failure.RETRY
    assert await channel.send(LUPITA, card) == first


async def test_the_tap_is_answered_beside_the_card(channel: TelegramChannel, api: BotApi) -> None:
    """Nobody waits for two round trips."""
    tap = api.tap(101, 1, "t")
    await channel.send(LUPITA, HELLO.with_(tap_id=tap, toast="Tomado"))
    assert sorted(call.method for call in api.calls) == ["answerCallbackQuery", "sendMessage"]
    assert api.toasts == ["Tomado"]


async def test_a_tap_is_answered_also_when_its_card_was_refused(
    channel: TelegramChannel, api: BotApi
) -> None:
    tap = api.tap(101, 1, "t")
    api.fail(502, method="sendMessage")
    await failure_of(channel, HELLO.with_(tap_id=tap, toast="Tomado"))
    assert api.toasts == ["Tomado"]


async def test_a_tap_too_old_to_be_answered_does_not_hold_the_card(
    channel: TelegramChannel, api: BotApi
) -> None:
    await channel.send(LUPITA, HELLO.with_(tap_id="stale", toast="Tomado"))
    assert api.screen(101) == ["hola"]
    assert await channel.send(LUPITA, Outgoing(tap_id="stale")) == ""


async def test_a_lone_toast_that_was_not_taken_is_tried_again(channel: TelegramChannel, api: BotApi) -> None:
    api.fail(502)
    assert (await failure_of(channel, Outgoing(tap_id="x"))).failure is Failure.RETRY


async def test_an_empty_card_is_our_bug(channel: TelegramChannel) -> None:
    failed = await failure_of(channel, Outgoing(lines=(" ",)))
    assert (failed.failure, failed.code) == (Failure.PERMANENT, "empty")


async def test_refused_markup_goes_out_as_plain_words(
    channel: TelegramChannel, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.outbound.as_html", lambda part: "<broken>")
    await channel.send(LUPITA, CARD)
    assert api.screen(101) == ["Aviso <1>\nPoste & cable"]
    assert "parse_mode" not in api.requests("sendMessage")[-1]


async def test_the_location_keyboard_is_taken_away_once(channel: TelegramChannel, api: BotApi) -> None:
    await channel.send(LUPITA, Outgoing(lines=("¿Dónde?",), asks_location=True))
    await channel.send(LUPITA, HELLO)
    await channel.send(LUPITA, HELLO)
    markups = [params.get("reply_markup", {}).keys() for params in api.requests("sendMessage")]
    assert ["keyboard" in markup for markup in markups] == [True, False, False]
    assert ["remove_keyboard" in markup for markup in markups] == [False, True, False]


# -- failures ------------------------------------------------------------------------------------------

FAULTS: list[tuple[int | str, int, Failure, dict[str, Any]]] = [
    (429, 7, Failure.RETRY, {"retry_after": 7}),
    (403, 0, Failure.GONE, {}),
    (401, 0, Failure.MISCONFIGURED, {}),
    (404, 0, Failure.MISCONFIGURED, {}),
    (400, 0, Failure.PERMANENT, {}),
    (413, 0, Failure.PERMANENT, {}),
    (500, 0, Failure.RETRY, {}),
    (502, 0, Failure.RETRY, {}),
    ("migrate", -1009, Failure.MOVED, {"new_id": "-1009"}),
    ("drop", 0, Failure.UNKNOWN, {}),
    ("drop after", 0, Failure.UNKNOWN, {}),
]


@pytest.mark.parametrize(("what", "value", "failure", "more"), FAULTS, ids=[str(row[0]) for row in FAULTS])
async def test_each_fault_has_its_name(
    channel: TelegramChannel, api: BotApi, what: int | str, value: int, failure: Failure, more: dict[str, Any]
) -> None:
    api.fail(what, value=value)
    failed = await failure_of(channel)
    assert failed.failure is failure
    assert {name: getattr(failed, name) for name in more} == more


@pytest.mark.parametrize(("what", "value", "failure", "more"), FAULTS, ids=[str(row[0]) for row in FAULTS])
async def test_the_library_s_calls_fail_by_the_same_names(
    channel: TelegramChannel, api: BotApi, what: int | str, value: int, failure: Failure, more: dict[str, Any]
) -> None:
    api.fail(what, value=value)
    with pytest.raises(SendError) as caught:
        await channel._client.with_bot(lambda bot: bot.send_location(101, 1.0, 2.0))
    assert caught.value.failure is failure
    assert {name: getattr(caught.value, name) for name in more} == more


async def test_an_answer_that_never_comes_is_unknown(channel: TelegramChannel, api: BotApi) -> None:
    channel._client.limit = 0.1
    api.fail("hang")
    assert (await failure_of(channel)).failure is Failure.UNKNOWN


async def test_nobody_listening_means_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    channel = TelegramChannel("1:a", api_url=nowhere)
    assert (await failure_of(channel)).failure is Failure.RETRY
    await channel.stop()


@pytest.mark.parametrize("chat", ["404", "someone", ""])
async def test_a_chat_that_does_not_exist_is_gone(channel: TelegramChannel, chat: str) -> None:
    with pytest.raises(SendError) as caught:
        await channel.send(Address("telegram", chat), HELLO)
    assert caught.value.failure in (Failure.GONE, Failure.PERMANENT)


async def test_who_blocked_us_is_gone(channel: TelegramChannel, api: BotApi) -> None:
    api.block(101)
    assert (await failure_of(channel)).failure is Failure.GONE


async def test_a_moved_group_tells_its_new_address(channel: TelegramChannel, api: BotApi) -> None:
    api.upgrade(-900, -1009)
    with pytest.raises(SendError) as caught:
        await channel.send(Address("telegram", "-900"), HELLO)
    assert (caught.value.failure, caught.value.new_id) == (Failure.MOVED, "-1009")


async def test_a_button_of_a_group_opens_the_private_chat(channel: TelegramChannel, api: BotApi) -> None:
    """A link with our own name, in place of a tap in front of everybody."""
    api.join(-900)
    button = Action(label="Atender en privado", token="case.1", start="caso-41720853")
    sent = await channel.send(Address("telegram", "-900"), Outgoing(lines=("Aviso",), actions=(button,)))
    (row,) = api.screens[-900][int(sent)]["reply_markup"]["inline_keyboard"]
    name = api.bot["username"]
    assert row == [{"text": "Atender en privado", "url": f"https://t.me/{name}?start=caso-41720853"}]


async def test_flood_control_is_told_with_its_seconds(channel: TelegramChannel, api: BotApi) -> None:
    api.seconds_per_message = 3.0
    await channel.send(LUPITA, HELLO)
    failed = await failure_of(channel)
    assert (failed.failure, failed.retry_after) == (Failure.RETRY, 3)


async def test_a_card_that_stopped_half_way_goes_on_there(channel: TelegramChannel, api: BotApi) -> None:
    card = Outgoing(title="T", lines=("a" * 9000,), pin=Point(1, 2))
    api.fail(429, method="sendMessage")
    assert (await failure_of(channel, card, reference="row7")).failure is Failure.RETRY
    await channel.send(LUPITA, card, reference="row7")
    assert [len(api.requests(method)) for method in ("sendVenue", "sendLocation")] == [0, 1]
    assert len(api.screen(101)) == 1 + 3


async def test_a_token_too_long_never_leaves(channel: TelegramChannel, api: BotApi) -> None:
    with pytest.raises(ValueError, match="token"):
        await channel.send(LUPITA, Outgoing(lines=("a",), actions=(Action(label="x", token="é" * 40),)))
    assert api.calls == []


@pytest.mark.parametrize(
    "what", [400, 401, 403, 404, 429, 500, 502, "migrate", "drop", "hang", "refused", "bad url"]
)
async def test_the_token_is_shown_nowhere(
    api: BotApi, caplog: pytest.LogCaptureFixture, what: int | str
) -> None:
    caplog.set_level(logging.DEBUG)
    urls = {"refused": "http://127.0.0.1:1", "bad url": "http://nowhere.invalid:80"}
    channel = TelegramChannel(api.token, api_url=urls.get(str(what), api.url))
    channel._client.limit = 0.3
    api.fail(what, times=2)
    told = [repr(channel), repr(channel._client), repr(channel._sender)]
    for call in (channel.send(LUPITA, HELLO), channel._client.with_bot(lambda bot: bot.get_file("f"))):
        with pytest.raises(SendError) as caught:
            await call
        told += [repr(caught.value), *traceback.format_exception(caught.value)]
    await channel.stop()
    assert api.token not in "\n".join([*told, caplog.text])


# -- files ---------------------------------------------------------------------------------------------

MEDIA = {
    "photo": Fetched(b"\xff\xd8\xffphoto", "image/jpeg"),
    "voice": Fetched(b"OggS", "audio/ogg; codecs=opus"),
    "video": Fetched(b"mp4", "video/mp4"),
    "song": Fetched(b"mp3", "audio/mpeg"),
    "pdf": Fetched(b"%PDF", "application/pdf"),
    "huge": Fetched(b"x" * (10 * 1024 * 1024 + 1), "image/jpeg"),
    "heic": Fetched(b"heic", "image/heic"),
}


async def media(reference: str) -> Fetched:
    """Our media store."""
    if reference not in MEDIA:
        raise MediaGone
    return MEDIA[reference]


WAYS = [
    ("photo", AttachmentKind.PHOTO, "sendPhoto"),
    ("voice", AttachmentKind.VOICE, "sendVoice"),
    ("video", AttachmentKind.VIDEO, "sendVideo"),
    ("song", AttachmentKind.AUDIO, "sendAudio"),
    ("pdf", AttachmentKind.DOCUMENT, "sendDocument"),
    ("huge", AttachmentKind.PHOTO, "sendDocument"),
    ("heic", AttachmentKind.PHOTO, "sendDocument"),
    ("pdf", AttachmentKind.OTHER, "sendDocument"),
]


@pytest.mark.parametrize(("reference", "kind", "method"), WAYS)
async def test_each_file_goes_its_way(api: BotApi, reference: str, kind: AttachmentKind, method: str) -> None:
    channel = TelegramChannel(api.token, api_url=api.url, media=media)
    card = Outgoing(lines=("a",), protected=True, attachments=(Attachment(kind=kind, reference=reference),))
    await channel.send(LUPITA, card)
    await channel.stop()
    assert [call.method for call in api.calls] == [method, "sendMessage"]
    (content,) = api.calls[0].files.values()
    assert content == MEDIA[reference].content
    assert api.calls[0].params["protect_content"] == "true"


async def test_a_photo_that_telegram_cannot_read_goes_as_a_document(api: BotApi) -> None:
    channel = TelegramChannel(api.token, api_url=api.url, media=media)
    api.fail(400, method="sendPhoto")
    await channel.send(
        LUPITA, Outgoing(attachments=(Attachment(kind=AttachmentKind.PHOTO, reference="photo"),))
    )
    await channel.stop()
    assert [call.method for call in api.calls] == ["sendPhoto", "sendDocument"]


@pytest.mark.parametrize("source", [media, None])
async def test_a_file_that_is_gone_is_said(api: BotApi, source: Any) -> None:
    channel = TelegramChannel(api.token, api_url=api.url, media=source)
    await channel.send(
        LUPITA, HELLO.with_(attachments=(Attachment(kind=AttachmentKind.PHOTO, reference="lost"),))
    )
    await channel.stop()
    assert api.screen(101) == [FILE_LOST, "hola"]


async def test_a_person_s_file_is_fetched(channel: TelegramChannel, api: BotApi) -> None:
    found = await channel.fetch(
        Attachment(kind=AttachmentKind.PHOTO, reference=api.keep(b"abc"), content_type="image/jpeg")
    )
    assert found == Fetched(b"abc", "image/jpeg")


async def test_a_file_without_a_type_has_the_server_s(channel: TelegramChannel, api: BotApi) -> None:
    found = await channel.fetch(Attachment(kind=AttachmentKind.DOCUMENT, reference=api.keep(b"abc")))
    assert found.content_type == "application/octet-stream"


async def test_a_file_larger_than_it_said_is_not_taken(
    channel: TelegramChannel, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.files.MAX_DOWNLOAD", 10)
    with pytest.raises(MediaGone):
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference=api.keep(b"x" * 11)))


@pytest.mark.parametrize("size", [None, 21 * 1024 * 1024])
async def test_a_file_that_is_too_large_is_gone(
    channel: TelegramChannel, api: BotApi, size: int | None
) -> None:
    reference = api.keep(b"x" * (21 * 1024 * 1024))
    with pytest.raises(MediaGone):
        await channel.fetch(Attachment(kind=AttachmentKind.VIDEO, reference=reference, size=size))


@pytest.mark.parametrize("reference", ["", "unknown"])
async def test_a_file_that_is_no_longer_there_is_gone(channel: TelegramChannel, reference: str) -> None:
    with pytest.raises(MediaGone):
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference=reference))


@pytest.mark.parametrize("what", [429, 500, 502, "drop", "drop after"])
async def test_fetching_in_bad_weather_is_tried_again(
    channel: TelegramChannel, api: BotApi, what: int | str
) -> None:
    api.fail(what, method="getFile")
    with pytest.raises(SendError) as caught:
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference=api.keep(b"x")))
    assert caught.value.failure is Failure.RETRY


DOWNLOADS = [
    (429, Failure.RETRY),
    (500, Failure.RETRY),
    (502, Failure.RETRY),
    ("drop", Failure.RETRY),
    (404, None),
    (403, None),
]


@pytest.mark.parametrize(("what", "failure"), DOWNLOADS, ids=[str(row[0]) for row in DOWNLOADS])
async def test_a_download_in_bad_weather_waits_and_one_refused_is_gone(
    channel: TelegramChannel, api: BotApi, what: int | str, failure: Failure | None
) -> None:
    api.fail(what, method="file", times=2)  # a dropped GET is asked again by the client itself
    with pytest.raises(SendError if failure else MediaGone) as caught:
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference=api.keep(b"x")))
    assert failure is None or getattr(caught.value, "failure", None) is failure


@pytest.mark.parametrize("path", ["/etc/hostname", "../../etc/passwd", "https://thief.example/x", ""])
async def test_a_path_that_leads_elsewhere_is_not_followed(
    channel: TelegramChannel, api: BotApi, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    found = {"file_id": "f", "file_unique_id": "u", "file_path": path}
    monkeypatch.setattr(api, "_getFile", lambda params: found)
    with pytest.raises(MediaGone):
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference="f"))


@pytest.mark.parametrize("url", ["nonsense", "ftp://api.example", "http://"])
async def test_an_address_that_is_none_is_a_mistake_of_settings(url: str) -> None:
    channel = TelegramChannel("1:a", api_url=url)
    assert (await failure_of(channel)).failure is Failure.MISCONFIGURED
    await channel.stop()


async def test_a_message_is_withdrawn_and_one_that_is_gone_is_no_trouble(
    channel: TelegramChannel, api: BotApi
) -> None:
    sent = await channel.send(LUPITA, HELLO)
    for message in (sent, sent, "nonsense"):
        await channel.delete(LUPITA, message)
    assert api.screen(101) == []


NAUGHTY = [
    "<b>&",
    "\u202eal revés",
    "👮🏽\u200d♀️",
    "a\x00b",
    "x\ud83dy",
    "\u200b\ufeffz",
    "'\"`*_[](){}",
    "á" * 100_000,
]


@pytest.mark.parametrize("words", NAUGHTY, ids=range(len(NAUGHTY)))
async def test_naughty_words_arrive_wherever_they_stand(
    channel: TelegramChannel, api: BotApi, words: str
) -> None:
    short = words[:20]
    tap = api.tap(101, 1, "t")
    rows = (Action(label=short, token="r", description=short),)
    card = Outgoing(title=words, lines=(words,), rows=rows, copy=short, pin=Point(1, 2), pin_label=short)
    await channel.send(LUPITA, card.with_(tap_id=tap, toast=words))
    cleaned = words.replace("\x00", "").replace("\ud83d", "")
    shown = "".join(api.screen(101)).replace("\n", "")
    assert shown.startswith(cleaned + cleaned)
    assert api.toasts == [cleaned[:200]]


def test_every_call_ends_before_the_lease_of_its_message() -> None:
    """Else another process takes the message over while it is still being sent."""
    assert max(client.TOTAL, client.UPLOAD_SECONDS) < LEASE.total_seconds()
