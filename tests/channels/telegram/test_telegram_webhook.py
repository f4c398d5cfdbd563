"""The endpoint: who may knock, what is taken, when 200 is said."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channels import Failure, SendError
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram import channel as channel_module
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.webhook import MAX_BODY, PATH
from bot.messages import InboundKind
from tests.channels.telegram.conftest import Store, until
from tests.fakes.bot_api import BotApi

SECRET = "Hq3-vT_9xKp2LmN8sRwZ4yBcD6fGjA1eUoI5tY7hQkM"
NAME = b"x-telegram-bot-api-secret-token"
JSON = (b"content-type", b"application/json")
TRUE = [(NAME, SECRET.encode()), JSON]
UPDATE = b'{"update_id":42,"message":{"message_id":1,"date":1795425606,"chat":{"id":101,"type":"private"},"text":"hola"}}'

Headers = list[tuple[bytes, bytes]]
Knock = Callable[..., Awaitable[tuple[int, bytes, dict[bytes, bytes]]]]


@pytest.fixture
async def listening(api: BotApi, store: Store) -> AsyncIterator[TelegramChannel]:
    """A started webhook channel; nobody serves its route yet."""
    telegram = TelegramChannel(
        api.token, mode="webhook", secret=SECRET, public_url="https://bot.example", api_url=api.url
    )
    await telegram.start(store.receive, store.noted)
    api.webhook.set("", "")  # the fake must not look for bot.example
    yield telegram
    await telegram.stop()


@pytest.fixture
def knock(listening: TelegramChannel) -> Knock:
    """One HTTP request, straight into the application."""
    app = Starlette(routes=listening.routes())

    async def ask(
        headers: Headers, body: bytes = UPDATE, *, method: str = "POST", path: str = PATH, pieces: int = 1
    ) -> tuple[int, bytes, dict[bytes, bytes]]:
        size = max(1, -(-len(body) // pieces))
        chunks = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        answers: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            chunk = chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            answers.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
        await app({**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)
        return answers[0]["status"], answers[1]["body"], dict(answers[0]["headers"])

    return ask


FORGED: list[tuple[str, Headers]] = [
    ("no secret", [JSON]),
    ("no header at all", []),
    ("empty", [(NAME, b""), JSON]),
    ("space", [(NAME, b" "), JSON]),
    ("another", [(NAME, b"A" * 43), JSON]),
    ("all but the last letter", [(NAME, SECRET[:-1].encode()), JSON]),
    ("one letter more", [(NAME, SECRET.encode() + b"x"), JSON]),
    ("first letter wrong", [(NAME, b"X" + SECRET[1:].encode()), JSON]),
    ("last letter wrong", [(NAME, SECRET[:-1].encode() + b"X"), JSON]),
    ("other case", [(NAME, SECRET.swapcase().encode()), JSON]),
    ("spaces around", [(NAME, b" " + SECRET.encode() + b" "), JSON]),
    ("trailing newline", [(NAME, SECRET.encode() + b"\n"), JSON]),
    ("trailing NUL", [(NAME, SECRET.encode() + b"\x00"), JSON]),
    ("quoted", [(NAME, b'"' + SECRET.encode() + b'"'), JSON]),
    ("bearer", [(NAME, b"Bearer " + SECRET.encode()), JSON]),
    ("twice the true one", [(NAME, SECRET.encode()), (NAME, SECRET.encode()), JSON]),
    ("false, then true", [(NAME, b"x"), (NAME, SECRET.encode()), JSON]),
    ("true, then false", [(NAME, SECRET.encode()), (NAME, b"x"), JSON]),
    ("list in one header", [(NAME, SECRET.encode() + b", " + SECRET.encode()), JSON]),
    ("non-ASCII", [(NAME, "ñandú".encode()), JSON]),
    ("latin-1", [(NAME, b"\xf1\xe1"), JSON]),
    ("broken UTF-8", [(NAME, b"\xff\xfe\xfd"), JSON]),
    ("a letter that looks alike", [(NAME, SECRET.replace("A", "\u0391").encode()), JSON]),
    ("very long", [(NAME, b"A" * 60_000), JSON]),
    ("in the authorization", [(b"authorization", SECRET.encode()), JSON]),
    ("in a cookie", [(b"cookie", NAME + b"=" + SECRET.encode()), JSON]),
    ("under another name", [(b"x-telegram-bot-api-secret", SECRET.encode()), JSON]),
    ("under an underscore", [(NAME.replace(b"-", b"_"), SECRET.encode()), JSON]),
    ("Twilio's header", [(b"x-twilio-signature", SECRET.encode()), JSON]),
    ("from Telegram's address, it says", [(b"x-forwarded-for", b"149.154.160.1"), JSON]),
    ("the word None", [(NAME, b"None"), JSON]),
    ("the word null", [(NAME, b"null"), JSON]),
    ("a wildcard", [(NAME, b"*"), JSON]),
    ("percent-encoded", [(NAME, SECRET.replace("-", "%2D").encode()), JSON]),
]


def test_the_forgers_are_many() -> None:
    assert len(FORGED) >= 30


@pytest.mark.parametrize(("label", "headers"), FORGED, ids=[row[0] for row in FORGED])
@pytest.mark.parametrize(
    "body", [UPDATE, b"{", b"", b"x" * (MAX_BODY + 1)], ids=["true", "broken", "empty", "huge"]
)
async def test_no_forged_request_is_taken_and_none_is_told_why(
    knock: Knock, store: Store, label: str, headers: Headers, body: bytes
) -> None:
    status, said, _ = await knock(headers, body)
    assert (status, said, store.asked) == (403, b"", 0)


@pytest.mark.parametrize("secret", ["", "short", "x" * 7, "x" * 257, "with space in the middle", "ñ" * 20])
async def test_it_does_not_start_with_a_secret_that_is_none(api: BotApi, store: Store, secret: str) -> None:
    telegram = TelegramChannel(
        api.token, mode="webhook", secret=secret, public_url="https://b.mx", api_url=api.url
    )
    with pytest.raises(SendError) as caught:
        await telegram.start(store.receive, store.noted)
    assert caught.value.failure is Failure.MISCONFIGURED
    assert api.calls == []
    assert secret == "" or secret not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "bot.example", "http://bot.example", "ftp://b.mx", "https://", "https:// b.mx"]
)
async def test_it_does_not_start_without_https(api: BotApi, store: Store, url: str) -> None:
    telegram = TelegramChannel(api.token, mode="webhook", secret=SECRET, public_url=url, api_url=api.url)
    with pytest.raises(SendError) as caught:
        await telegram.start(store.receive, store.noted)
    assert caught.value.failure is Failure.MISCONFIGURED


async def test_an_endpoint_without_a_secret_lets_nobody_in(api: BotApi) -> None:
    (route,) = TelegramChannel(api.token, mode="webhook", api_url=api.url).routes()
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": UPDATE}

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [(NAME, b""), JSON]}
    await route.handle(scope, receive, send)
    assert answers[0]["status"] == 403


async def test_it_tells_telegram_where_and_what(listening: TelegramChannel, api: BotApi) -> None:
    (told,) = api.requests("setWebhook")
    assert told == {
        "url": "https://bot.example/telegram/webhook",
        "secret_token": SECRET,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 40,
        "drop_pending_updates": False,
    }


@pytest.mark.parametrize(
    ("label", "headers", "body", "status"),
    [
        ("no JSON at all", TRUE, b"update_id=42", 400),
        ("empty", TRUE, b"", 400),
        ("cut off", TRUE, UPDATE[:-3], 400),
        ("not said to be JSON", [TRUE[0]], UPDATE, 415),
        ("form", [TRUE[0], (b"content-type", b"application/x-www-form-urlencoded")], UPDATE, 415),
        ("too long", TRUE, b'"' + b"x" * MAX_BODY + b'"', 413),
        ("too long, it says", [*TRUE, (b"content-length", b"99999999")], UPDATE, 413),
    ],
)
async def test_what_is_not_an_update_is_refused(
    knock: Knock, store: Store, label: str, headers: Headers, body: bytes, status: int
) -> None:
    assert (await knock(headers, body, pieces=7))[0] == status
    assert store.asked == 0


async def test_only_post_and_only_here(knock: Knock) -> None:
    assert (await knock(TRUE, method="GET"))[0] == 405
    assert (await knock(TRUE, path="/telegram/webhook/x"))[0] == 404


@pytest.mark.parametrize("pieces", [1, 3, 50])
@pytest.mark.parametrize("kind", [b"application/json", b"Application/JSON; charset=utf-8"])
async def test_a_true_update_is_kept_before_200(knock: Knock, store: Store, pieces: int, kind: bytes) -> None:
    status, said, _ = await knock([TRUE[0], (b"content-type", kind)], pieces=pieces)
    (kept,) = await store.holds(1)
    assert (status, said, kept.text, kept.raw) == (200, b"", "hola", UPDATE)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"7",
        b'"hola"',
        b"{}",
        b'{"update_id":42,"message":{"text":5}}',
        b'{"update_id":42,"message":[]}',
        b"[" * 90_000 + b"]" * 90_000,
    ],
)
async def test_authentic_and_unreadable_is_kept_whole_with_200(
    knock: Knock, store: Store, body: bytes
) -> None:
    assert (await knock(TRUE, body))[0] == 200
    (kept,) = await store.holds(1)
    assert (kept.kind, kept.raw) == (InboundKind.UNREADABLE, body)


async def test_half_a_pair_of_surrogates_is_read(knock: Knock, store: Store) -> None:
    assert (await knock(TRUE, UPDATE.replace(b"hola", rb"\ud83dhola")))[0] == 200
    assert (await store.holds(1))[0].text == "hola"


async def test_what_asks_nothing_of_us_is_200(knock: Knock, store: Store) -> None:
    assert (await knock(TRUE, b'{"update_id":42,"poll":{}}'))[0] == 200
    assert store.asked == 0


async def test_a_store_out_of_order_means_come_again(knock: Knock, store: Store) -> None:
    store.down = 1
    status, said, headers = await knock(TRUE)
    assert (status, said, headers[b"retry-after"]) == (503, b"", b"2")
    assert (await knock(TRUE))[0] == 200
    await store.holds(1)


async def test_a_bug_behind_the_door_keeps_the_message_and_says_200(knock: Knock, store: Store) -> None:
    store.trips = 1
    assert (await knock(TRUE))[0] == 200
    assert (await store.holds(1))[0].kind is InboundKind.UNREADABLE


async def test_a_bug_that_stays_means_come_again(knock: Knock, store: Store) -> None:
    store.trips = 2
    assert (await knock(TRUE))[0] == 503


async def test_a_stopped_channel_takes_nothing(
    listening: TelegramChannel, knock: Knock, store: Store
) -> None:
    await listening.stop()
    assert (await knock(TRUE))[0] == 503
    assert store.asked == 0


# -- over a real socket, brought by the Bot API ---------------------------------------------------------


@asynccontextmanager
async def served(telegram: TelegramChannel, listener: socket.socket) -> AsyncIterator[None]:
    """uvicorn in this process."""
    config = uvicorn.Config(Starlette(routes=telegram.routes()), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    await until(lambda: server.started)
    yield
    server.should_exit = True
    await serving


async def test_updates_arrive_in_order_though_the_store_stumbles(api: BotApi, store: Store) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        here = f"http://127.0.0.1:{listener.getsockname()[1]}"
        telegram = TelegramChannel(api.token, mode="webhook", secret=SECRET, public_url=here, api_url=api.url)
        store.down = 3
        async with served(telegram, listener):
            for number in range(20):
                api.say(101, f"uno {number}")
                api.say(102, f"dos {number}")
            await telegram.start(store.receive, store.noted)
            kept = await store.holds(40)
            status, _ = await api.webhook.post(UPDATE, {"Content-Type": "application/json"})
            await telegram.stop()
    assert status == 403
    assert [one.text for one in kept if one.address.id == "101"] == [f"uno {number}" for number in range(20)]
    assert [answer for _, answer in api.webhook.answers].count(503) == 3
    assert api.pending == {}


async def test_a_webhook_moved_elsewhere_is_taken_back(
    api: BotApi, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(channel_module, "WATCH_EVERY", 0.02)
    telegram = TelegramChannel(
        api.token, mode="webhook", secret=SECRET, public_url="https://bot.example", api_url=api.url
    )
    await telegram.start(store.receive, store.noted)
    api.fail(502, method="getWebhookInfo")
    api.webhook.url = "https://thief.example/"
    await until(lambda: len(api.requests("setWebhook")) == 2)
    await telegram.stop()
    assert api.webhook.url == "https://bot.example/telegram/webhook"
    assert "moved elsewhere" in caplog.text
    assert ["Cambie el token" in told for told in telegram.alarms()] == [True]
    assert telegram.alarms() == []
