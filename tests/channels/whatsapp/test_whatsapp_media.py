"""Files come in by an address of our own making; what was sent or missed is found by asking."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bot.channels import Failure, MediaGone, SendError
from bot.channels.whatsapp import WhatsAppChannel, library, media
from bot.channels.whatsapp.library import Library
from bot.messages import Action, Address, Attachment, AttachmentKind, Outgoing, TemplateUse
from tests.channels.whatsapp.conftest import VECINA, Clock, Core
from tests.fakes.twilio_api import FakeTwilio, Fault

CARD = Outgoing(title="Recibido", lines=("Folio 1234-5678",))


@pytest.fixture
async def photo(served: WhatsAppChannel, twilio: FakeTwilio, core: Core) -> Attachment:
    """A photo that the vecina has just sent."""
    assert await twilio.send_media(VECINA, b"\xff\xd8\xff" + b"x" * 200_000, "image/jpeg", "mire") == 200
    twilio.calls.clear()
    return core.inbound[-1].attachments[0]


async def test_a_file_is_fetched_with_our_credentials_and_they_stop_at_the_api(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment
) -> None:
    fetched = await channel.fetch(photo)
    assert (len(fetched.content), fetched.content_type) == (200_003, "image/jpeg")
    assert twilio.shown_to_cdn == []


async def test_a_file_that_is_not_there_yet_is_asked_for_again(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment
) -> None:
    twilio.media_404s = 2
    assert await channel.fetch(photo)
    assert len(twilio.calls) == 3
    twilio.media_404s = 3
    with pytest.raises(MediaGone):
        await channel.fetch(photo)
    assert media.MediaDoor(channel.api).pauses == (1.0, 3.0)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/x",
        "https://nottwilio.com/x",
        "https://twilio.com.evil.example/x",
        "https://s3-external-1.amazonaws.com/other-bucket/x",
        "http://media.twiliocdn.com/x",
        "https://media.twiliocdn.com:8443/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "gopher://x",
        "//evil.example/x",
    ],
)
async def test_a_redirect_to_elsewhere_is_not_followed(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment, elsewhere: str
) -> None:
    twilio.redirect_to = elsewhere
    with pytest.raises((MediaGone, SendError)):
        await channel.fetch(photo)
    assert len(twilio.calls) == 1


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://media.twiliocdn.com/AC/x", True),
        ("https://api.us1.twilio.com/x", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/x", True),
        ("https://s3-external-1.amazonaws.com/other/media.twiliocdn.com/x", False),
        ("https://eviltwiliocdn.com/x", False),
    ],
)
def test_known_hosts(channel: WhatsAppChannel, url: str, known: bool) -> None:
    assert channel.media._known(urlsplit(url)) is known


async def test_a_loop_of_redirects_ends(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment
) -> None:
    twilio.redirect_to = f"{channel.api.account_url}/Messages/{photo.reference.replace('/', '/Media/')}"
    with pytest.raises(MediaGone):
        await channel.fetch(photo)
    assert len(twilio.calls) == 3


async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    channel: WhatsAppChannel, photo: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 100_000)
    with pytest.raises(MediaGone, match="large"):
        await channel.fetch(photo)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "x",
        "SM1/ME1",
        f"SM{'a' * 32}/ME{'a' * 32}/../..",
        "https://evil.example/x",
        f"SM{'a' * 32}\n/ME{'a' * 32}",
    ],
)
async def test_a_strange_reference_asks_nobody(
    channel: WhatsAppChannel, twilio: FakeTwilio, reference: str
) -> None:
    for act in (
        channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference=reference)),
        channel.forget(reference),
    ):
        with pytest.raises(MediaGone):
            await act
    assert twilio.calls == []


async def test_wrong_credentials_are_no_lost_file(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment
) -> None:
    channel.api.credentials = {"Authorization": "Basic xxx"}
    with pytest.raises(SendError) as failed:
        await channel.fetch(photo)
    assert failed.value.failure == Failure.MISCONFIGURED


async def test_a_file_is_deleted_at_twilio_and_twice_is_as_good(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment
) -> None:
    await channel.forget(photo.reference)
    await channel.forget(photo.reference)
    twilio.calls.clear()
    with pytest.raises(MediaGone):
        await channel.fetch(photo)


# Looking back

CHOICE = CARD.with_(actions=(Action(label="Sí", token="t"),))


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        CHOICE,
        CARD.with_(rows=(Action(label="Sí", token="t"),)),
        Outgoing(lines=("a" * 1500, "b" * 200)),
    ],
)
async def test_a_message_whose_answer_was_lost_is_found(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, card: Outgoing
) -> None:
    assert await channel.find(vecina, card, 30) is None
    sent = await channel.send(vecina, card)
    assert await channel.find(vecina, card, 30) == sent
    assert await channel.find(vecina, card.with_(lines=("otra cosa",)), 30) is None
    assert await channel.find(Address("whatsapp", "whatsapp:+5219830000000"), card, 30) is None


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
async def test_a_message_that_was_lost_after_it_was_accepted_is_not_found(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, status: str
) -> None:
    sent = await channel.send(vecina, CARD)
    twilio.messages[sent].status = status
    assert await channel.find(vecina, CARD, 30) is None


async def test_accepted_and_cut_is_found(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    twilio.faults.append(Fault(silent=True))
    with pytest.raises(SendError) as failed:
        await channel.send(vecina, CARD)
    assert failed.value.failure == Failure.UNKNOWN
    assert await channel.find(vecina, CARD, 30) == twilio.sent[0].sid


async def test_a_choice_that_went_in_numbers_is_found(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    twilio.refuse_contents = 63028
    sent = await channel.send(vecina, CHOICE)
    assert await channel.find(vecina, CHOICE, 30) == sent


async def test_an_older_message_alike_is_not_taken_for_it(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, clock: Clock
) -> None:
    await channel.send(vecina, CARD)
    clock.forward(minutes=5)
    assert await channel.find(vecina, CARD, 60) is None


async def test_a_template_is_found_by_its_variables(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    content = {"types": {"twilio/text": {"body": "Hay novedades de {{1}}."}}, "variables": {"1": "x"}}
    channel._templates["novedad"] = twilio.add_content(content, approved=True)
    card = Outgoing(template=TemplateUse(name="novedad", variables=("1234-5678",)))
    sent = await channel.send(vecina, card)
    assert await channel.find(vecina, card, 30) == sent
    other = Outgoing(template=TemplateUse(name="novedad", variables=("9999-9999",)))
    assert await channel.find(vecina, other, 30) is None


async def test_what_was_missed_is_listed_oldest_first(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, clock: Clock, core: Core
) -> None:
    await twilio.arrives(VECINA, "muy viejo", lost=True)
    clock.forward(minutes=10)
    since = clock()
    await twilio.arrives(VECINA, "uno", lost=True)
    await served.send(vecina, CARD)
    clock.forward(seconds=5)
    await twilio.say(VECINA, "dos")
    await twilio.send_media(VECINA, b"x", "image/jpeg", "tres")
    listed = [each async for each in served.list_inbound(since)]
    assert [each.text for each in listed] == ["uno", "dos", "tres"]
    assert listed[1].id == core.inbound[0].id
    assert since - listed[0].at < timedelta(seconds=1), "Twilio tells whole seconds"
    assert listed[2].attachments == core.inbound[1].attachments
    assert listed[0].address.id == VECINA
    assert listed[0].raw


async def test_a_storm_that_was_missed_is_listed_to_its_beginning_and_no_further(
    channel: WhatsAppChannel, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pages it has; those of the same day that are older are not asked for."""
    monkeypatch.setattr(library, "PAGE", 3)
    for n in range(20):
        await twilio.arrives(VECINA, f"antes {n}", lost=True)
    clock.forward(minutes=10)
    since = clock()
    for n in range(10):
        await twilio.arrives(VECINA, f"{n}", lost=True)
    twilio.calls.clear()
    assert [each.text async for each in channel.list_inbound(since)] == [f"{n}" for n in range(10)]
    assert twilio.calls == [("GET", "Messages.json")] * 4


async def test_a_listed_message_that_we_cannot_read_does_not_hide_the_others(
    channel: WhatsAppChannel, twilio: FakeTwilio, clock: Clock
) -> None:
    await twilio.arrives("whatsapp:", "de nadie", lost=True)
    await twilio.arrives(VECINA, "hola", lost=True)
    listed = [each async for each in channel.list_inbound(clock())]
    assert [each.kind for each in listed] == ["unreadable", "message"]


async def test_files_that_cannot_be_listed_hold_up_no_other_message(
    served: WhatsAppChannel, twilio: FakeTwilio, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await twilio.send_media(VECINA, b"x", "image/jpeg", "con foto")
    await twilio.arrives(VECINA, "hola", lost=True)

    def out_of_order(self: Library, message_sid: str) -> list[tuple[str, str]]:
        raise SendError(Failure.RETRY, "500")

    monkeypatch.setattr(Library, "media", out_of_order)
    listing = served.list_inbound(clock())
    assert (await anext(listing)).text == "hola"
    with pytest.raises(SendError):
        await anext(listing)


@pytest.mark.parametrize("down", [True, False])
async def test_a_file_that_could_not_be_deleted_is_tried_again(
    channel: WhatsAppChannel, twilio: FakeTwilio, photo: Attachment, down: bool
) -> None:
    right, channel.api.credentials = channel.api.credentials, {"Authorization": "Basic xxx"}
    if down:
        await twilio.runner.cleanup()
    with pytest.raises(SendError):
        await channel.forget(photo.reference)
    channel.api.credentials = right


async def test_asking_a_twilio_that_is_down_says_so(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    twilio.auth_token = "changed"
    with pytest.raises(SendError) as failed:
        await channel.find(vecina, CARD, 30)
    assert failed.value.failure == Failure.MISCONFIGURED
    await twilio.runner.cleanup()
    with pytest.raises(SendError) as failed:
        await channel.find(vecina, CARD, 30)
    assert failed.value.failure == Failure.RETRY
