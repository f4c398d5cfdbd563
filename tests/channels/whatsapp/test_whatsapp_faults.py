"""Every way of failing to send has its name; secrets stay out of all of them."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance

from bot.channels import Failure, SendError
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp.errors import FAILURES, failure_of, refusal
from bot.channels.whatsapp.statuses import STATUSES
from bot.messages import Action, Address, Outgoing
from tests.channels.whatsapp.conftest import PUBLIC_URL, VECINA, Memory
from tests.fakes.twilio_api import FakeTwilio, Fault

CARD = Outgoing(lines=("hola",))

FAULTS = [
    ("too many requests", Fault(status=429, code=20429), Failure.RETRY, "20429"),
    ("gateway's 429", Fault(status=429), Failure.RETRY, "429"),
    ("busy", Fault(status=503, code=20503), Failure.RETRY, "20503"),
    ("gateway's 503", Fault(status=503), Failure.RETRY, "503"),
    ("Twilio's own 500", Fault(status=500, code=20500), Failure.RETRY, "20500"),
    ("an unknown 500", Fault(status=500), Failure.RETRY, "500"),
    ("a gateway without an answer", Fault(status=502), Failure.UNKNOWN, "502"),
    ("a gateway of another kind", Fault(status=524), Failure.UNKNOWN, "524"),
    ("a 5xx of Twilio's own", Fault(status=507, code=20507), Failure.RETRY, "20507"),
    ("sent elsewhere", Fault(status=301), Failure.MISCONFIGURED, "301"),
    ("a gateway out of patience", Fault(status=504), Failure.UNKNOWN, "504"),
    ("credentials", Fault(status=401, code=20003), Failure.MISCONFIGURED, "20003"),
    ("no such account", Fault(status=404, code=20404), Failure.MISCONFIGURED, "20404"),
    ("opted out", Fault(status=400, code=21610), Failure.GONE, "21610"),
    ("not on WhatsApp", Fault(status=400, code=63003), Failure.GONE, "63003"),
    ("window closed at once", Fault(status=400, code=63016), Failure.WINDOW_CLOSED, "63016"),
    ("channel's rate", Fault(status=400, code=63018), Failure.RETRY, "63018"),
    ("a code of tomorrow", Fault(status=400, code=69999), Failure.PERMANENT, "69999"),
    ("a strange 400", Fault(status=400), Failure.PERMANENT, "400"),
    ("reset", Fault(reset=True), Failure.UNKNOWN, "no answer"),
    ("accepted, then cut", Fault(silent=True), Failure.UNKNOWN, "no answer"),
    ("accepted, then silence", Fault(hang=3), Failure.UNKNOWN, "no answer"),
]


@pytest.mark.parametrize(
    ("fault", "failure", "code"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
async def test_a_fault_has_a_name(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, fault: Fault, failure: Failure, code: str
) -> None:
    if fault.hang:  # all others are answered, however slow the machine is
        channel.api._limit = 0.3
    twilio.faults.append(fault)
    with pytest.raises(SendError) as failed:
        await channel.send(vecina, CARD, reference="ob:1")
    assert (failed.value.failure, failed.value.code) == (failure, code)
    assert await channel.send(vecina, CARD, reference="ob:1")  # and the next one goes


async def test_retry_after_is_heard(channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address) -> None:
    twilio.faults += [Fault(status=429, code=20429, retry_after="7"), Fault(status=400, code=63018)]
    for expected in (7.0, 60.0):
        with pytest.raises(SendError) as failed:
            await channel.send(vecina, CARD)
        assert failed.value.retry_after == expected


async def test_nobody_listening_is_a_retry(twilio: FakeTwilio, vecina: Address) -> None:
    gone = WhatsAppChannel(
        "ACx", "t", twilio.sender, public_url="", api_url="http://127.0.0.1:9", shells=Memory()
    )
    with pytest.raises(SendError) as failed:
        await gone.send(vecina, CARD)
    assert (failed.value.failure, failed.value.code) == (Failure.RETRY, "connection")
    await gone.stop()


async def test_a_host_that_is_no_host_is_a_retry(vecina: Address) -> None:
    gone = WhatsAppChannel(
        "ACx", "t", VECINA, public_url="", api_url="http://no-such-host.invalid", shells=Memory()
    )
    with pytest.raises(SendError, match="retry"):
        await gone.send(vecina, CARD)
    await gone.stop()


async def test_a_card_that_broke_off_halfway_goes_on_from_there(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    long = Outgoing(lines=("a" * 1600, "a" * 1600, "fin"))
    twilio.faults += [Fault(), Fault(status=429, code=20429)]  # the first part goes
    with pytest.raises(SendError):
        await channel.send(vecina, long, reference="ob:1")
    sent = await channel.send(vecina, long, reference="ob:1")
    assert [each.body[-3:] for each in twilio.sent] == ["aaa", "aaa", "fin"]
    assert twilio.messages[sent].body == "fin"
    await channel.send(vecina, long, reference="ob:1")  # asked for once more, it goes once more
    assert len(twilio.sent) == 6


def test_what_twilio_says_is_all_in_our_table() -> None:
    """The library's list of statuses is the oracle; two of them are of messages to us."""
    known = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}
    assert known - {"receiving", "received"} == set(STATUSES)
    assert set(STATUSES.values()) == {"queued", "sent", "delivered", "read", "failed"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "500"),
        (b"[]", "500"),
        (b'"x"', "500"),
        (b'{"code": null}', "500"),
        (b'{"code": "x"}', "500"),
        (b"\xff", "500"),
    ],
)
def test_an_answer_that_is_no_answer(body: bytes, code: str) -> None:
    assert refusal(500, body).code == code


def test_codes_are_numbers_and_what_is_unknown_is_never_repeated() -> None:
    assert all(code.isdigit() for code in FAILURES)
    assert failure_of("12345") == Failure.PERMANENT
    assert failure_of("") == Failure.PERMANENT


async def test_no_secret_and_no_number_in_logs_errors_and_reprs(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    choice = CARD.with_(actions=(Action(label="Sí", token="t"),))
    twilio.content_faults.append(Fault(status=500, code=20500))
    twilio.faults += [Fault(status=401, code=20003), Fault(reset=True), Fault(silent=True), Fault(status=502)]
    told = repr(channel) + repr(channel.api) + repr(channel.webhook.gate) + repr(channel.webhook)
    for _ in range(4):
        with pytest.raises(SendError) as failed:
            await channel.send(vecina, choice)
        told += "".join(traceback.format_exception(failed.value)) + repr(failed.value)
    await channel.find(vecina, CARD, 60)
    told += caplog.text
    for secret in (twilio.auth_token, "9831234567", channel.api.credentials["Authorization"]):
        assert secret not in told


def test_twilios_library_is_not_imported_until_it_is_needed() -> None:
    code = "import sys, bot.channels.whatsapp; sys.exit('twilio' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_one_sender_may_be_written_with_or_without_its_prefix(twilio: FakeTwilio) -> None:
    for written in ("+5219990000000", "whatsapp:+5219990000000", "5219990000000"):
        channel = WhatsAppChannel("ACx", "t", written, public_url=PUBLIC_URL, shells=Memory())
        assert channel.sender == "whatsapp:+5219990000000"
