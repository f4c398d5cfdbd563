"""Nobody but Twilio gets in: forged requests, and the official validator as the oracle of genuine ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from yarl import URL

from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp.signature import Gate, Posted, Refused, spellings
from tests.channels.whatsapp.conftest import PUBLIC_URL, VECINA, Core
from tests.fakes.twilio_api import FakeTwilio
from tests.fakes.twilio_people import FORM, sid, signature

ACCOUNT, TOKEN = "AC" + "0" * 32, "f" * 32
PATH = "/twilio/whatsapp"


@dataclass
class Request:
    """A genuine request, to be spoilt."""

    twilio: FakeTwilio
    fields: dict[str, str]
    path: str = PATH
    query: str = ""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def sign(self, token: str = "", url: str = PUBLIC_URL) -> Request:
        where = url + self.path + (f"?{self.query}" if self.query else "")
        signed = signature(token or self.twilio.auth_token, where, self.fields)
        self.headers = {"X-Twilio-Signature": signed, "Content-Type": FORM}
        self.body = urlencode(self.fields).encode()
        return self

    def with_fields(self, **changed: str) -> Request:
        self.fields |= changed
        return self.sign()

    def without(self, *names: str) -> Request:
        for name in names:
            del self.fields[name]
        return self.sign()

    def with_header(self, name: str, value: str | None) -> Request:
        self.headers.pop(name)
        if value is not None:
            self.headers[name] = value
        return self

    def with_body(self, body: bytes) -> Request:
        self.body = body
        return self


def recut(request: Request, gone: tuple[str, ...], *new: tuple[str, str]) -> Request:
    """The same signed bytes, so the signature holds, with other borders: some fields become others."""
    before = signed_bytes(request.fields)
    kept = {name: value for name, value in request.fields.items() if name not in gone}
    request.fields = kept | dict(new)
    assert signed_bytes(request.fields) == before
    return request.with_body(urlencode(request.fields).encode())


def signed_bytes(fields: dict[str, str]) -> str:
    return "".join(name + fields[name] for name in sorted(fields))


BIG = "x" * 2_200_000
SID2 = "SM" + "2" * 32
EVIL = "https://evil.example"

FORGED: list[tuple[str, Callable[[Request], Request]]] = [
    # the signature
    ("no signature", lambda r: r.with_header("X-Twilio-Signature", None)),
    ("empty signature", lambda r: r.with_header("X-Twilio-Signature", "")),
    ("signature of spaces", lambda r: r.with_header("X-Twilio-Signature", "   ")),
    ("signature of another request", lambda r: r.with_header("X-Twilio-Signature", "A" * 27 + "=")),
    ("signature cut", lambda r: _resign(r, lambda signed: signed[:-1])),
    (
        "signature lengthened",
        lambda r: _resign(r, lambda signed: signed + "="),
    ),
    (
        "signature in another case",
        lambda r: _resign(r, str.swapcase),
    ),
    ("signature not ASCII", lambda r: r.with_header("X-Twilio-Signature", "ñ" * 28)),
    ("signature of 60 KB", lambda r: r.with_header("X-Twilio-Signature", "A" * 8000)),
    ("signature of hex", lambda r: r.with_header("X-Twilio-Signature", "00" * 20)),
    ("another token", lambda r: r.sign(token="0" * 32)),
    ("the account as token", lambda r: r.sign(token=r.twilio.account_sid)),
    ("empty-looking token", lambda r: r.sign(token=" ")),
    ("signed for http", lambda r: r.sign(url="http://bot.example")),
    ("signed for another host", lambda r: r.sign(url=EVIL)),
    ("signed for another port", lambda r: r.sign(url="https://bot.example:8443")),
    ("signed for a subpath", lambda r: r.sign(url="https://bot.example/x")),
    ("signed with a user", lambda r: r.sign(url="https://a:b@bot.example")),
    ("signed for the Host header", lambda r: _host(r.sign(url=EVIL), "evil.example")),
    ("signed for the forwarded host", lambda r: _forwarded(r.sign(url=EVIL))),
    # the query
    ("query added", lambda r: _query(r, "ref=1")),
    ("query taken away", lambda r: _query(_query(r, "ref=1").sign(), "")),
    ("query changed", lambda r: _query(_query(r, "ref=1").sign(), "ref=2")),
    ("query in another order", lambda r: _query(_query(r, "a=1&b=2").sign(), "b=2&a=1")),
    ("query of a JSON hash", lambda r: _query(r, "bodySHA256=" + "0" * 64)),
    # the body after signing
    ("text changed", lambda r: r.with_body(r.body.replace(b"hola", b"adios"))),
    ("field added", lambda r: r.with_body(r.body + b"&Extra=1")),
    ("empty field added", lambda r: r.with_body(r.body + b"&X=")),
    ("field repeated alike", lambda r: r.with_body(r.body + b"&Body=hola")),
    ("field repeated otherwise", lambda r: r.with_body(r.body + b"&Body=otra")),
    ("field repeated in front", lambda r: r.with_body(b"MessageSid=" + SID2.encode() + b"&" + r.body)),
    ("field dropped", lambda r: r.with_body(r.body.partition(b"&")[2])),
    ("no body", lambda r: r.with_body(b"")),
    ("JSON body", lambda r: _json(r)),
    ("JSON body, called a form", lambda r: r.with_body(b'{"Body":"hola"}')),
    ("multipart", lambda r: r.with_header("Content-Type", "multipart/form-data; boundary=x")),
    ("plain text", lambda r: r.with_header("Content-Type", "text/plain")),
    ("no content type", lambda r: r.with_header("Content-Type", "")),
    ("body of 2 MB", lambda r: r.with_fields(Body=BIG)),
    ("body of 2 MB, not signed", lambda r: r.with_body(BIG.encode())),
    ("200 fields", lambda r: r.with_fields(**{f"F{n}": "" for n in range(200)})),
    ("100,000 separators", lambda r: r.with_body(b"&" * 60_000)),
    ("semicolons", lambda r: r.with_body(r.body.replace(b"&", b";"))),
    ("separator at the end", lambda r: r.with_body(r.body + b"&")),
    ("name without value", lambda r: r.with_body(r.body + b"&Lonely")),
    ("raw bytes", lambda r: r.with_body(r.body + b"&B=\xff\xfe\x00")),
    ("a NUL", lambda r: r.with_body(r.body + b"\x00")),
    ("gzip", lambda r: r.with_body(b"\x1f\x8b\x08" + r.body)),
    ("lone surrogate", lambda r: r.with_body(r.body + b"&S=%ED%A0%80")),
    # genuine signature, but not about us
    ("another account", lambda r: r.with_fields(AccountSid="AC" + "9" * 32)),
    ("no account", lambda r: r.without("AccountSid")),
    ("account in another case", lambda r: r.with_fields(AccountSid=r.fields["AccountSid"].swapcase())),
    ("to another sender", lambda r: r.with_fields(To="whatsapp:+5215550000000")),
    ("to nobody", lambda r: r.with_fields(To="")),
    ("no recipient", lambda r: r.without("To")),
    ("to our SMS number", lambda r: r.with_fields(To="sms:+5219990000000")),
    # ids
    ("no id", lambda r: r.without("MessageSid")),
    ("empty id", lambda r: r.with_fields(MessageSid="")),
    ("short id", lambda r: r.with_fields(MessageSid="SM123")),
    ("long id", lambda r: r.with_fields(MessageSid=SID2 + "0")),
    ("id with a newline", lambda r: r.with_fields(MessageSid=SID2 + "\n")),
    ("id of another kind", lambda r: r.with_fields(MessageSid="CA" + "2" * 32)),
    ("id with a path", lambda r: r.with_fields(MessageSid="SM../../../../../etc/passwd0000000")),
    ("id with SQL", lambda r: r.with_fields(MessageSid="SM' OR 1=1 --")),
    ("two ids", lambda r: r.with_fields(SmsSid=SID2)),
    ("two ids, the other way", lambda r: r.with_fields(SmsMessageSid=SID2)),
    ("an id inside a text", lambda r: r.with_fields(Body=f"xMessageSid{SID2}")),
    ("an id inside a name", lambda r: r.with_fields(**{f"ZMessageSid{SID2}": "x"})),
    # the same signed bytes, cut anew
    ("recut: a new field out of a text", lambda r: _recut_body(r)),
    ("recut: a name takes from its value", lambda r: recut(r, ("Body",), ("Bodyh", "ola"))),
    ("recut: a value takes the next name", lambda r: _recut_swallow(r)),
    ("recut: the id swallowed", lambda r: _recut_id(r)),
    # other doors
    ("the message at the status door", lambda r: _elsewhere(r, "/twilio/status")),
]


def _resign(request: Request, change: Callable[[str], str]) -> Request:
    return request.with_header("X-Twilio-Signature", change(request.headers["X-Twilio-Signature"]))


def _query(request: Request, query: str) -> Request:
    request.query = query
    return request


def _host(request: Request, host: str) -> Request:
    request.headers["Host"] = host
    return request


def _forwarded(request: Request) -> Request:
    request.headers |= {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    return request


def _json(request: Request) -> Request:
    return request.with_header("Content-Type", "application/json").with_body(b'{"Body": "hola"}')


def _elsewhere(request: Request, path: str) -> Request:
    request.path = path
    return request


def _recut_body(request: Request) -> Request:
    """A person's text may be cut into further fields; another id in it shows."""
    request.with_fields(Body=f"holaCMessageSid{SID2}")
    return recut(request, ("Body",), ("Body", "hola"), (f"CMessageSid{SID2[:10]}", SID2[10:]))


def _recut_swallow(request: Request) -> Request:
    """The version takes the text's name and the text itself."""
    swallowed = ("ApiVersion", f"{request.fields['ApiVersion']}Body{request.fields['Body']}")
    return recut(request, ("ApiVersion", "Body"), swallowed)


def _recut_id(request: Request) -> Request:
    """The true id becomes part of another field's name, and the text brings a new one."""
    true = request.fields["MessageSid"]
    request.with_fields(LongText=f"xMessageSid{SID2}")
    return recut(request, ("MessageSid",), (f"MessageSid{true[:20]}", true[20:]))


@pytest.mark.parametrize(("spoil"), [case[1] for case in FORGED], ids=[case[0] for case in FORGED])
async def test_a_forged_request_gets_403_and_nothing_else(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, spoil: Callable[[Request], Request]
) -> None:
    request = spoil(Request(twilio, twilio.inbound_fields(VECINA, "hola")).sign())
    status, body = await _post(twilio, request)
    assert (status, body) == (403, b"")
    assert core.inbound == []
    assert core.receipts == []
    assert served.webhook.refused == 1


async def test_the_same_request_unspoilt_is_taken(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    status, _ = await _post(twilio, Request(twilio, twilio.inbound_fields(VECINA, "hola")).sign())
    assert status == 200
    assert len(core.inbound) == 1
    assert len(FORGED) >= 60


async def _post(twilio: FakeTwilio, request: Request) -> tuple[int, bytes]:
    query = f"?{request.query}" if request.query else ""
    url = URL(f"{twilio.webhook_url}{request.path}{query}", encoded=True)
    async with twilio.session.post(url, data=io.BytesIO(request.body), headers=request.headers) as answer:
        return answer.status, await answer.read()


def _status(twilio: FakeTwilio) -> dict[str, str]:
    who = {"AccountSid": twilio.account_sid, "From": twilio.sender}
    return who | {"MessageSid": sid("SM"), "MessageStatus": "read"}


STATUS_FORGED = {
    "not signed": {"token": "0" * 32},
    "of another account": {"AccountSid": "AC" + "9" * 32},
    "of another sender": {"From": "whatsapp:+5215550000000"},
    "of no message": {"MessageSid": ""},
    "of a strange id": {"MessageSid": "SM1; DROP TABLE"},
    "of two ids": {"SmsSid": SID2},
}


@pytest.mark.parametrize("changed", STATUS_FORGED.values(), ids=STATUS_FORGED.keys())
async def test_a_forged_status_is_not_noted(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core, changed: dict[str, str]
) -> None:
    fields = _status(twilio)
    fields |= changed
    token = fields.pop("token", "")
    request = Request(twilio, fields, path="/twilio/status", query="ref=1").sign(token)
    assert await _post(twilio, request) == (403, b"")
    assert core.receipts == []


async def test_our_reference_in_the_query_is_covered_by_the_signature(
    served: WhatsAppChannel, twilio: FakeTwilio, core: Core
) -> None:
    fields = _status(twilio)
    request = Request(twilio, fields, path="/twilio/status", query="ref=1").sign()
    request.query = "ref=2"
    assert (await _post(twilio, request))[0] == 403
    request.query = "ref=1"
    assert (await _post(twilio, request))[0] == 204


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_answered(served: WhatsAppChannel, twilio: FakeTwilio, method: str) -> None:
    async with twilio.session.request(method, f"{twilio.webhook_url}{PATH}") as answer:
        assert answer.status == 405


async def test_what_was_refused_is_not_in_the_log(
    served: WhatsAppChannel, twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    request = Request(twilio, twilio.inbound_fields(VECINA, "mi secreto")).sign(token="0" * 32)
    await _post(twilio, request)
    assert "refused" in caplog.text
    assert "secreto" not in caplog.text
    assert "9831234567" not in caplog.text
    assert twilio.auth_token not in caplog.text


# The official validator as the oracle

names = st.from_regex(r"[A-Z][A-Za-z0-9]{0,20}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
urls = st.sampled_from(
    [PUBLIC_URL, "https://bot.example:443", "http://bot.example:8080", "https://bot.example/sub"]
)
queries = st.sampled_from(["", "ref=1", "ref=ob:17.3&x=%20y"])


@settings(max_examples=150, deadline=None)
@given(fields=st.dictionaries(names, texts, max_size=12), url=urls, query=queries, spoilt=st.booleans())
def test_genuine_is_what_twilio_calls_genuine(
    fields: dict[str, str], url: str, query: str, spoilt: bool
) -> None:
    fields = fields | {"AccountSid": ACCOUNT, "MessageSid": SID2}
    fields.pop("SmsSid", None)
    oracle = RequestValidator(TOKEN)
    address = url + PATH + (f"?{query}" if query else "")
    signed = oracle.compute_signature(address, fields)
    if spoilt:
        signed = oracle.compute_signature(address, fields | {"Zz": "1"})
    genuine = oracle.validate(address, fields, signed)
    gate = Gate(ACCOUNT, (TOKEN,), url)
    assert genuine is not spoilt
    assert _passes(gate, query, fields, signed) == genuine


def _passes(gate: Gate, query: str, fields: dict[str, str], signed: str) -> bool:
    try:
        return gate.fields(Posted(PATH, query, FORM, urlencode(fields).encode(), signed)) == fields
    except Refused:
        return False


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://bot.example", {"https://bot.example", "https://bot.example:443"}),
        ("https://bot.example/", {"https://bot.example", "https://bot.example:443"}),
        ("http://bot.example/sub", {"http://bot.example/sub", "http://bot.example:80/sub"}),
        ("https://bot.example:8443", {"https://bot.example", "https://bot.example:8443"}),
        ("https://[2001:db8::1]", {"https://[2001:db8::1]", "https://[2001:db8::1]:443"}),
        ("https://u:p@bot.example", {"https://u:p@bot.example", "https://u:p@bot.example:443"}),
    ],
)
def test_an_address_counts_with_and_without_its_port(url: str, expected: set[str]) -> None:
    assert set(spellings(url)) == expected


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=300),
    signed=st.text(max_size=40),
    kind=st.text(max_size=40),
    query=st.text(max_size=20),
)
def test_noise_is_refused_in_one_of_two_ways(body: bytes, signed: str, kind: str, query: str) -> None:
    gate = Gate(ACCOUNT, (TOKEN,), PUBLIC_URL)
    for content_type in (kind, FORM):
        with pytest.raises((Refused, ValueError)):
            gate.fields(Posted(PATH, query, content_type, body, signed))
