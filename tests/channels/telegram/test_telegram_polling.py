"""Polling: an update is committed before the next is asked for, whatever goes wrong."""

from __future__ import annotations

import json
import logging

import pytest

from bot.channels import Failure, SendError
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.polling import backoff
from bot.messages import InboundKind
from tests.channels.telegram.conftest import Store, until
from tests.fakes.bot_api import BotApi

pytestmark = pytest.mark.usefixtures("_impatient")


@pytest.fixture
async def polling(channel: TelegramChannel, store: Store) -> TelegramChannel:
    """A channel that listens."""
    await channel.start(store.receive, store.noted)
    return channel


async def asked_past(api: BotApi, number: int) -> None:
    """Until the bot has confirmed this update."""
    await until(lambda: number not in api.pending)


async def test_everything_said_is_kept_in_each_person_s_order(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    for number in range(150):
        api.say(101 + number % 3, str(number))
    kept = await store.holds(150)
    for person in (101, 102, 103):
        said = [int(one.text) for one in kept if one.address.id == str(person)]
        assert said == sorted(said)


@pytest.mark.parametrize("longest", [None, 30_000])
async def test_a_hundred_long_messages_that_waited_are_heard(
    channel: TelegramChannel, api: BotApi, store: Store, longest: int | None
) -> None:
    """Two megabytes in one answer; and whatever is more than we take is asked for in smaller pieces."""
    if longest is not None:
        channel._client._wired()._longest = longest
    for number in range(100):
        chat = {"id": 101 + number % 3, "type": "private"}
        said = {"message_id": number, "date": 1795425606, "chat": chat, "text": f"{number} " + "🚓" * 2000}
        api.push(b'{"update_id":%d,"message":' + json.dumps(said).encode() + b"}")
    await channel.start(store.receive, store.noted)
    kept = await store.holds(100)
    assert sorted(int(one.text.split()[0]) for one in kept) == list(range(100))


async def test_what_waited_for_us_is_not_dropped(channel: TelegramChannel, api: BotApi, store: Store) -> None:
    api.webhook.url = "https://old.example"
    api.say(101, "antes")
    await channel.start(store.receive, store.noted)
    assert (await store.holds(1))[0].text == "antes"
    assert api.requests("deleteWebhook") == [{"drop_pending_updates": False}]


async def test_nothing_is_confirmed_before_it_is_committed(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    store.down = 5
    api.say(101, "hola")
    await store.holds(1)
    assert store.asked == 6
    offsets = [params["offset"] for params in api.requests("getUpdates")]
    assert offsets.count(0) >= 6, "the same question again, until it was kept"


async def test_a_store_that_stumbles_in_mid_batch_loses_and_doubles_nothing(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    for number in range(30):
        api.say(101 + number % 2, str(number))
    store.down = 4
    await channel.start(store.receive, store.noted)
    kept = await store.holds(30)
    assert sorted(int(one.text) for one in kept) == list(range(30))


@pytest.mark.parametrize(
    ("label", "update"),
    [
        ("text that is a number", b'{"update_id":%d,"message":{"message_id":1,"text":5}}'),
        ("not what an update is", b'{"update_id":%d,"message":[]}'),
        ("half a pair of surrogates in a wrong place", b'{"update_id":%d,"message":"\\ud83d"}'),
        ("no JSON at all", b'{"update_id":%d,"message":{]'),
    ],
)
async def test_one_unreadable_update_is_set_aside_and_the_next_is_heard(
    polling: TelegramChannel, api: BotApi, store: Store, label: str, update: bytes
) -> None:
    number = api.push(update)
    api.say(101, "hola")
    kept = await store.holds(2)
    assert {one.kind for one in kept} == {InboundKind.UNREADABLE, InboundKind.MESSAGE}
    assert any(one.id.endswith(f":{number}") and str(number).encode() in one.raw for one in kept)
    await asked_past(api, number)


async def test_half_a_pair_of_surrogates_is_read_like_any_other(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    message = {"message_id": 1, "date": 1795425606, "chat": {"id": 101, "type": "private"}, "text": "@@"}
    api.push(
        b'{"update_id":%d,"message":' + json.dumps(message).encode().replace(b"@@", rb"\ud83d hola") + b"}"
    )
    assert (await store.holds(1))[0].text == " hola"


async def test_a_message_that_trips_the_code_behind_is_kept_and_the_next_is_heard(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    store.trips = 1
    api.say(101, "veneno")
    api.say(102, "hola")
    kept = await store.holds(2)
    assert {one.kind for one in kept} == {InboundKind.UNREADABLE, InboundKind.MESSAGE}


async def test_ids_that_begin_anew_after_a_quiet_week_are_heard(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    api.say(101, "antes")
    await asked_past(api, 1000)
    api._update_ids = iter(range(7, 100))  # type: ignore[assignment]
    api.say(101, "después")
    assert (await store.holds(2))[1].text == "después"


async def test_after_silence_it_asks_from_the_start(
    channel: TelegramChannel, api: BotApi, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.polling.WAIT", 0)
    await channel.start(store.receive, store.noted)
    api.say(101, "antes")
    await asked_past(api, 1000)
    await until(lambda: api.requests("getUpdates")[-1]["offset"] == 0)


@pytest.mark.parametrize("what", [500, 502, 429, "drop", "drop after", 404, 401, 403])
async def test_it_goes_on_after_bad_weather(
    polling: TelegramChannel, api: BotApi, store: Store, monkeypatch: pytest.MonkeyPatch, what: int | str
) -> None:
    api.fail(what, times=3, method="getUpdates", value=0)
    api.say(101, "hola")
    await store.holds(1)
    api.say(101, "otra")
    await store.holds(2)
    assert polling.trouble == ""


async def test_a_second_process_is_told_plainly(
    polling: TelegramChannel, api: BotApi, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    other = TelegramChannel(api.token, api_url=api.url)
    await other.start(store.receive, store.noted)
    await until(lambda: "409 terminated by other getUpdates request" in caplog.text)
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    await other.stop()


@pytest.mark.parametrize("what", [401, 404])
async def test_a_dead_token_does_not_start(
    channel: TelegramChannel, api: BotApi, store: Store, what: int
) -> None:
    api.fail(what, method="getMe")
    with pytest.raises(SendError) as caught:
        await channel.start(store.receive, store.noted)
    assert caught.value.failure is Failure.MISCONFIGURED


@pytest.mark.parametrize("token", ["", "nonsense", "123:", ":abc", "12 3:abc", "123:a/b", "123:ab\n"])
async def test_what_is_no_token_is_not_even_tried(api: BotApi, store: Store, token: str) -> None:
    with pytest.raises(SendError) as caught:
        await TelegramChannel(token, api_url=api.url).start(store.receive, store.noted)
    assert (caught.value.failure, caught.value.code) == (Failure.MISCONFIGURED, "token")
    assert api.calls == []


async def test_an_unknown_mode_does_not_start(api: BotApi, store: Store) -> None:
    with pytest.raises(SendError):
        await TelegramChannel(api.token, mode="carrier-pigeon", api_url=api.url).start(
            store.receive, store.noted
        )


async def test_it_starts_while_telegram_is_out_of_reach(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    api.fail(502, times=4, method="getMe")
    await channel.start(store.receive, store.noted)
    assert channel.trouble.startswith("502")
    api.say(101, "hola")
    await store.holds(1)
    assert channel.trouble == ""


async def test_a_token_that_dies_while_we_wait_for_telegram_shows(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    api.fail(502, method="getMe")
    api.fail(401, times=2, method="getMe")
    await channel.start(store.receive, store.noted)
    await until(lambda: channel.trouble.startswith("401"))
    api.say(101, "hola")
    await store.holds(1)


async def test_a_bug_in_the_loop_is_loud_and_the_loop_goes_on(
    polling: TelegramChannel,
    api: BotApi,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel.read", None)
    api.say(101, "hola")
    await until(lambda: "polling tripped" in caplog.text)
    monkeypatch.undo()
    await store.holds(1)


async def test_a_deaf_channel_says_so(
    channel: TelegramChannel, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.channels.telegram.commands.RESIDENT", None)
    await channel.start(store.receive, store.noted)
    await until(lambda: channel.trouble == "bug")
    assert "deaf" in caplog.text


async def test_an_answer_of_rubbish_is_asked_again(
    polling: TelegramChannel, api: BotApi, store: Store
) -> None:
    api.fail("rubbish", times=3, method="getUpdates")
    api.say(101, "hola")
    await store.holds(1)


async def test_it_stops_at_once_and_starts_again(polling: TelegramChannel, api: BotApi, store: Store) -> None:
    await polling.stop()
    api.say(101, "mientras")
    await polling.start(store.receive, store.noted)
    assert (await store.holds(1))[0].text == "mientras"


async def test_when_polling_nothing_is_mounted(channel: TelegramChannel) -> None:
    assert channel.routes() == []


def test_the_pause_doubles_and_ends_somewhere() -> None:
    assert 0 < backoff(0) <= 0.01
    assert backoff(10_000) <= 0.02
