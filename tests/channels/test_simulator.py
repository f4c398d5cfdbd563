"""The local channel keeps the promises of a channel and the limits of the two networks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channels import Channel, Failure, Fetched, MediaGone, SendError, StoreUnavailable
from bot.channels.simulator import Fate, Happened, LimitBroken, Manner, Side, SimulatorChannel
from bot.clock import MovableClock
from bot.domain.territory import Point
from bot.messages import (
    TELEGRAM,
    WHATSAPP,
    Action,
    Address,
    Attachment,
    AttachmentKind,
    Inbound,
    InboundKind,
    Outgoing,
    Receipt,
    TemplateUse,
)

VECINA = Address("simulator", "vecina")
OFICIAL = Address("simulator", "oficial")


class Core:
    """Stands where the core stands: keeps what it is given."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.receipts: list[Receipt] = []
        self.failing: Exception | None = None

    async def receive(self, inbound: Inbound) -> None:
        if self.failing:
            raise self.failing
        self.heard.append(inbound)

    async def noted(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


def actions(count: int, label: str = "Opción", token: str = "t") -> tuple[Action, ...]:
    return tuple(Action(label=f"{label} {n}", token=f"{token}{n}") for n in range(count))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def channel(clock: MovableClock, core: Core) -> SimulatorChannel:
    async def media(reference: str) -> Fetched:
        if reference == "gone":
            raise MediaGone
        return Fetched(reference.encode(), "image/png")

    channel = SimulatorChannel(
        clock, templates={"novedad": "Hay novedades de su folio {{1}}: escriba para verlas."}, media=media
    )
    await channel.start(core.receive, core.noted)
    return channel


async def whatsapp(channel: SimulatorChannel) -> None:
    """The resident is on WhatsApp and has just written."""
    channel.switch("vecina", Manner.WHATSAPP)
    await channel.say("vecina", "hola")


def test_it_is_a_channel(clock: MovableClock) -> None:
    channel: Channel = SimulatorChannel(clock)
    assert channel.name == "simulator"


# --- what people do ---


async def test_a_message_reaches_the_core_with_its_own_id(channel: SimulatorChannel, core: Core) -> None:
    await channel.say("vecina", "hola")
    await channel.say("vecina", "hola")
    first, second = core.heard
    assert (first.kind, first.text, first.address) == (InboundKind.MESSAGE, "hola", VECINA)
    assert first.id.startswith("sim:")
    assert first.id != second.id


async def test_a_telegram_tap_carries_token_card_and_tap_id_and_writes_nothing(
    channel: SimulatorChannel, core: Core
) -> None:
    card = await channel.send(OFICIAL, Outgoing(title="Robo", actions=actions(2)))
    await channel.tap("oficial", "t1", card)
    tap = core.heard[0]
    assert (tap.kind, tap.token, tap.card_id, tap.text) == (InboundKind.TAP, "t1", card, "")
    assert tap.tap_id
    assert [bubble.side for bubble in channel.phone("oficial").bubbles] == [Side.THEIRS]


async def test_a_whatsapp_tap_is_written_into_the_talk(channel: SimulatorChannel, core: Core) -> None:
    await whatsapp(channel)
    card = await channel.send(VECINA, Outgoing(lines=("¿Quedó?",), actions=actions(2)))
    await channel.tap("vecina", "t1", card)
    assert core.heard[-1].text == "Opción 1"
    assert channel.phone("vecina").bubbles[-1].text == "Opción 1"


async def test_an_old_button_and_an_unknown_token_go_through_as_they_are(
    channel: SimulatorChannel, core: Core
) -> None:
    await channel.tap("vecina", "forged", "no-such-card")
    assert (core.heard[0].token, core.heard[0].card_id) == ("forged", "no-such-card")


async def test_a_location_a_photo_and_a_voice_note_can_be_sent_and_fetched(
    channel: SimulatorChannel, core: Core
) -> None:
    await channel.locate("vecina", 18.5, -88.3, "Casa")
    await channel.photo("vecina", b"jpeg", caption="el poste")
    await channel.voice("vecina", 14, b"ogg")
    place, photo, voice = core.heard
    assert (place.point, place.place_name) == (Point(18.5, -88.3), "Casa")
    assert (photo.text, photo.attachments[0].kind) == ("el poste", AttachmentKind.PHOTO)
    assert (voice.attachments[0].kind, voice.attachments[0].seconds) == (AttachmentKind.VOICE, 14)
    assert await channel.fetch(voice.attachments[0]) == Fetched(b"ogg", "audio/ogg")


async def test_a_file_that_is_gone_says_so(channel: SimulatorChannel) -> None:
    with pytest.raises(MediaGone):
        await channel.fetch(Attachment(kind=AttachmentKind.PHOTO, reference="nothing"))


async def test_the_ticks_say_whether_the_message_was_kept(channel: SimulatorChannel, core: Core) -> None:
    await channel.say("vecina", "uno")
    core.failing = StoreUnavailable()
    with pytest.raises(StoreUnavailable):
        await channel.say("vecina", "dos")
    assert [bubble.fate for bubble in channel.phone("vecina").bubbles] == [Fate.STORED, Fate.FAILED]


async def test_a_phone_that_is_not_there(channel: SimulatorChannel) -> None:
    with pytest.raises(KeyError):
        await channel.say("alcalde", "hola")
    with pytest.raises(SendError) as refused:
        await channel.send(Address("simulator", "alcalde"), Outgoing(title="Hola"))
    assert refused.value.failure is Failure.GONE


# --- the manners ---


async def test_what_a_phone_can_carry_depends_on_its_network(channel: SimulatorChannel) -> None:
    assert channel.capabilities_of(VECINA) is TELEGRAM
    channel.switch("vecina", Manner.WHATSAPP)
    assert channel.capabilities_of(VECINA) is WHATSAPP
    assert channel.capabilities_of(OFICIAL) is TELEGRAM


async def test_officers_stay_on_telegram(channel: SimulatorChannel) -> None:
    with pytest.raises(ValueError, match="oficial"):
        channel.switch("oficial", Manner.WHATSAPP)


async def test_telegram_edits_a_card_in_its_place(channel: SimulatorChannel) -> None:
    card = await channel.send(OFICIAL, Outgoing(title="Robo", actions=actions(1)))
    await channel.send(OFICIAL, Outgoing(title="Otro"))
    again = await channel.send(OFICIAL, Outgoing(title="Ya lo tomó Pech", replaces=card))
    bubbles = channel.phone("oficial").bubbles
    assert again == card
    assert [(bubble.title, bubble.edited) for bubble in bubbles] == [
        ("Ya lo tomó Pech", True),
        ("Otro", False),
    ]


async def test_whatsapp_edits_nothing_and_keeps_the_old_buttons(channel: SimulatorChannel) -> None:
    await whatsapp(channel)
    card = await channel.send(VECINA, Outgoing(title="¿Está bien?", actions=actions(2)))
    again = await channel.send(VECINA, Outgoing(title="Listo.", replaces=card))
    assert again != card
    old = channel.phone("vecina").bubble(card)
    assert old is not None
    assert len(old.form.buttons) == 2


async def test_a_toast_is_shown_over_the_chat_on_telegram_and_said_on_whatsapp(
    channel: SimulatorChannel,
) -> None:
    await channel.send(OFICIAL, Outgoing(toast="Ya lo tomó Pech", tap_id="x"))
    assert channel.phone("oficial").toast == "Ya lo tomó Pech"
    assert channel.phone("oficial").bubbles == []
    await whatsapp(channel)
    await channel.send(VECINA, Outgoing(toast="Esa opción ya no está activa", tap_id="x"))
    assert channel.phone("vecina").last.text == "Esa opción ya no está activa"


async def test_only_telegram_has_copy_buttons_and_protection(channel: SimulatorChannel) -> None:
    card = Outgoing(title="Folio", copy="4172-0853", protected=True)
    await channel.send(VECINA, card)
    assert (channel.phone("vecina").last.copy, channel.phone("vecina").last.protected) == ("4172-0853", True)
    await whatsapp(channel)
    await channel.send(VECINA, card)
    assert (channel.phone("vecina").last.copy, channel.phone("vecina").last.protected) == ("", False)


async def test_a_place_is_asked_by_a_button_or_where_there_is_none_in_words(
    channel: SimulatorChannel,
) -> None:
    bare, with_buttons = (Outgoing(title="¿Dónde?", asks_location=True, actions=actions(n)) for n in (0, 1))
    await channel.send(VECINA, bare)
    assert channel.phone("vecina").last.asks_location
    await channel.send(VECINA, with_buttons)
    assert not channel.phone("vecina").last.asks_location
    assert "toque el clip" in channel.phone("vecina").last.text
    await whatsapp(channel)
    await channel.send(VECINA, bare)
    assert not channel.phone("vecina").last.asks_location
    assert "toque el clip" in channel.phone("vecina").last.text


async def test_descriptions_of_rows_are_told_above_on_telegram(channel: SimulatorChannel) -> None:
    rows = (Action(label="Robo", token="t", description="En casa o en la calle"),)
    await channel.send(VECINA, Outgoing(title="¿Qué pasó?", rows=rows))
    assert channel.phone("vecina").last.lines == ("▸ Robo: En casa o en la calle",)
    await whatsapp(channel)
    await channel.send(VECINA, Outgoing(title="¿Qué pasó?", rows=rows))
    assert channel.phone("vecina").last.lines == ()


LONG = {
    "one line": ("palabra " * 300,),
    "many lines": ("renglón de prueba",) * 150,
    "one word": ("a" * 2500,),
}


@pytest.mark.parametrize("lines", LONG.values(), ids=LONG.keys())
async def test_a_long_text_goes_in_pieces_and_the_last_one_has_the_buttons(
    channel: SimulatorChannel, lines: tuple[str, ...]
) -> None:
    await whatsapp(channel)
    await channel.send(VECINA, Outgoing(title="Aviso", lines=lines, actions=actions(2)))
    _, *pieces = channel.phone("vecina").bubbles
    assert len(pieces) > 1
    assert all(len(piece.text) <= WHATSAPP.interactive_text for piece in pieces)
    assert [len(piece.form.buttons) for piece in pieces] == [0] * (len(pieces) - 1) + [2]
    said = "".join(piece.text for piece in pieces).replace(" ", "").replace("\n", "")
    assert said == "".join(("Aviso", *lines)).replace(" ", "")


async def test_what_no_text_may_hold_is_taken_out(channel: SimulatorChannel, core: Core) -> None:
    await channel.say("vecina", "ho\0la\ud800")
    assert core.heard[0].text == "hola"


@pytest.mark.parametrize(("count", "buttons", "rows"), [(3, 3, 0), (4, 0, 4), (10, 0, 10)])
async def test_more_than_three_buttons_become_a_list_on_whatsapp(
    channel: SimulatorChannel, count: int, buttons: int, rows: int
) -> None:
    await whatsapp(channel)
    await channel.send(VECINA, Outgoing(title="¿Qué pasa?", actions=actions(count)))
    form = channel.phone("vecina").last.form
    assert (len(form.buttons), len(form.rows)) == (buttons, rows)
    assert bool(form.rows_label) == bool(rows)


TOO_MUCH = {
    "buttons and rows together are one list": (
        "rows",
        Outgoing(title="x", actions=actions(5), rows=actions(6, token="r")),
    ),
    "eleven actions": ("rows", Outgoing(title="x", actions=actions(11))),
    "a button of 21 characters": ("button_label", Outgoing(title="x", actions=actions(1, "a" * 19))),
    "a row of 25 characters": ("row_label", Outgoing(title="x", rows=actions(1, "a" * 23))),
    "a description of 73 characters": (
        "row_description",
        Outgoing(title="x", rows=(Action(label="a", token="t", description="d" * 73),)),
    ),
    "a list word of 21 characters": ("rows_label", Outgoing(title="x", rows=actions(1), rows_label="v" * 21)),
    "buttons under nothing": ("text", Outgoing(actions=actions(1))),
    "two buttons that say the same": (
        "label",
        Outgoing(title="x", actions=(Action(label="Sí", token="a"), Action(label="Sí", token="b"))),
    ),
    "a button without words": ("label", Outgoing(title="x", actions=(Action(label="", token="a"),))),
    "an emoji counts as two": ("button_label", Outgoing(title="x", actions=actions(1, "💡" * 10))),
    "two options that do the same": (
        "token",
        Outgoing(title="x", actions=(Action(label="Sí", token="a"), Action(label="No", token="a"))),
    ),
    "a token of 201 bytes": ("token", Outgoing(title="x", actions=(Action(label="a", token="t" * 201),))),
}


@pytest.mark.parametrize(("limit", "card"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
async def test_a_broken_limit_of_whatsapp_is_refused_and_shown(
    channel: SimulatorChannel, limit: str, card: Outgoing
) -> None:
    await whatsapp(channel)
    with pytest.raises(LimitBroken) as broken:
        await channel.send(VECINA, card)
    assert isinstance(broken.value, ValueError)
    assert (broken.value.failure, broken.value.code) == (Failure.PERMANENT, f"limit:{limit}")
    shown = channel.phone("vecina").bubbles[-1]
    assert shown.side is Side.PROBLEM
    assert channel.problems == [shown.text]


async def test_telegram_takes_eight_buttons_and_no_ninth(channel: SimulatorChannel) -> None:
    await channel.send(VECINA, Outgoing(title="x", actions=actions(8), rows=actions(10, token="r")))
    assert channel.problems == []
    with pytest.raises(LimitBroken):
        await channel.send(VECINA, Outgoing(title="x", actions=actions(9)))


# --- the 24-hour window of WhatsApp ---


async def test_free_text_goes_until_24_hours_after_the_last_message(
    channel: SimulatorChannel, clock: MovableClock
) -> None:
    await whatsapp(channel)
    clock.skip(timedelta(hours=23, minutes=59))
    await channel.send(VECINA, Outgoing(title="todavía"))
    clock.skip(timedelta(minutes=2))
    with pytest.raises(SendError) as refused:
        await channel.send(VECINA, Outgoing(title="tarde"))
    assert refused.value.failure is Failure.WINDOW_CLOSED


async def test_a_closed_window_is_explained_once(channel: SimulatorChannel, clock: MovableClock) -> None:
    await whatsapp(channel)
    clock.skip(timedelta(days=2))
    for _ in range(3):
        with pytest.raises(SendError):
            await channel.send(VECINA, Outgoing(title="tarde"))
    assert [b.side for b in channel.phone("vecina").bubbles] == [Side.MINE, Side.NOTE]


async def test_who_never_wrote_gets_only_templates(channel: SimulatorChannel) -> None:
    channel.switch("vecina", Manner.WHATSAPP)
    with pytest.raises(SendError) as refused:
        await channel.send(VECINA, Outgoing(title="hola"))
    assert refused.value.failure is Failure.WINDOW_CLOSED


async def test_outside_the_window_the_approved_text_is_shown(
    channel: SimulatorChannel, clock: MovableClock
) -> None:
    await whatsapp(channel)
    clock.skip(timedelta(days=2))
    card = Outgoing(title="Cerrado", template=TemplateUse(name="novedad", variables=("4172-\n0853",)))
    await channel.send(VECINA, card)
    shown = channel.phone("vecina").last
    assert shown.template
    assert shown.text == "Hay novedades de su folio 4172- 0853: escriba para verlas."


@pytest.mark.parametrize(
    ("use", "failure"),
    [
        (TemplateUse(name="ninguna"), Failure.MISCONFIGURED),
        (TemplateUse(name="novedad"), Failure.PERMANENT),
    ],
)
async def test_a_template_that_the_provider_would_refuse(
    channel: SimulatorChannel, use: TemplateUse, failure: Failure
) -> None:
    channel.switch("vecina", Manner.WHATSAPP)
    with pytest.raises(SendError) as refused:
        await channel.send(VECINA, Outgoing(title="x", template=use))
    assert refused.value.failure is failure


async def test_a_template_is_a_template_on_whatsapp_and_free_text_on_telegram(
    channel: SimulatorChannel,
) -> None:
    card = Outgoing(title="Cerrado", template=TemplateUse(name="novedad", variables=("1",)))
    await channel.send(VECINA, card)
    assert channel.phone("vecina").last.text == "Cerrado"
    await whatsapp(channel)
    await channel.send(VECINA, card)
    assert channel.phone("vecina").last.template


async def test_any_tap_opens_the_window_again(channel: SimulatorChannel, clock: MovableClock) -> None:
    await whatsapp(channel)
    card = await channel.send(VECINA, Outgoing(title="x", actions=actions(1)))
    clock.skip(timedelta(days=2))
    await channel.tap("vecina", "t0", card)
    await channel.send(VECINA, Outgoing(title="otra vez"))
    assert channel.phone("vecina").last.text == "otra vez"


# --- what providers do ---


async def test_whatsapp_reports_delivered_and_read_later(channel: SimulatorChannel, core: Core) -> None:
    await whatsapp(channel)
    sent = await channel.send(VECINA, Outgoing(title="x"))
    assert core.receipts == []
    await asyncio.sleep(0.01)
    assert [(r.provider_id, r.status) for r in core.receipts] == [(sent, "delivered"), (sent, "read")]


async def test_whatsapp_can_be_asked_what_it_accepted_and_telegram_cannot(
    channel: SimulatorChannel, clock: MovableClock
) -> None:
    card = Outgoing(title="Folio 4172-0853")
    await channel.send(VECINA, card)
    assert await channel.find(VECINA, card, 60) is None
    await whatsapp(channel)
    sent = await channel.send(VECINA, card)
    assert await channel.find(VECINA, card, 60) == sent
    clock.skip(timedelta(minutes=2))
    assert await channel.find(VECINA, card, 60) is None


async def test_telegram_deletes_and_whatsapp_does_not(channel: SimulatorChannel) -> None:
    card = await channel.send(VECINA, Outgoing(title="x"))
    await channel.delete(VECINA, card)
    assert channel.phone("vecina").bubbles == []
    await whatsapp(channel)
    card = await channel.send(VECINA, Outgoing(title="x"))
    await channel.delete(VECINA, card)
    assert channel.phone("vecina").bubble(card) is not None


async def test_a_file_of_ours_can_be_seen_on_the_phone(channel: SimulatorChannel) -> None:
    picture = Attachment(kind=AttachmentKind.PHOTO, reference="media-1")
    await channel.send(OFICIAL, Outgoing(title="La foto", attachments=(picture,)))
    assert channel.file("media-1") == Fetched(b"media-1", "image/png")


async def test_a_file_of_ours_that_is_gone_is_told(channel: SimulatorChannel) -> None:
    files = tuple(Attachment(kind=AttachmentKind.PHOTO, reference=name) for name in ("gone", "media-1"))
    await channel.send(OFICIAL, Outgoing(title="Las fotos", attachments=files))
    shown = channel.phone("oficial").last
    assert shown.files == files[1:]
    assert "ya no está disponible" in shown.text


async def test_a_mere_template_is_not_lost_when_the_phone_moved_to_telegram(
    channel: SimulatorChannel,
) -> None:
    await channel.send(VECINA, Outgoing(template=TemplateUse(name="novedad", variables=("1",))))
    assert channel.phone("vecina").last.text.startswith("Hay novedades")


# --- who watches ---


async def test_a_watcher_hears_everything_after_what_it_has_seen(channel: SimulatorChannel) -> None:
    await channel.send(OFICIAL, Outgoing(title="uno"))
    seen = channel.screens.last_change
    await channel.send(OFICIAL, Outgoing(title="dos"))
    watch = channel.screens.watch(seen)
    first = await anext(watch)
    waiting = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    await channel.send(OFICIAL, Outgoing(title="tres"))
    second = await waiting
    titles = [change.bubble.title for change in (first, second) if change and change.bubble]
    assert titles == ["dos", "tres"]


@pytest.mark.parametrize("seen", ["", "otra-5", "malo", "-1"])
async def test_a_watcher_of_another_run_is_told_to_begin_again(channel: SimulatorChannel, seen: str) -> None:
    change = await anext(channel.screens.watch(seen))
    assert change is not None
    assert change.what is Happened.RESET


async def test_a_quiet_watch_gives_signs_of_life_and_ends_with_the_channel(channel: SimulatorChannel) -> None:
    watch = channel.screens.watch(channel.screens.last_change, idle=0.01)
    assert await anext(watch) is None
    await channel.stop()
    assert [change async for change in watch] == []


async def test_clear_forgets_all_and_keeps_the_network(channel: SimulatorChannel) -> None:
    await whatsapp(channel)
    channel.clear()
    phone = channel.phone("vecina")
    assert (phone.bubbles, phone.wrote_at, phone.manner) == ([], None, Manner.WHATSAPP)
