"""Content shells: made once, remembered, replaced by numbered text while they can't be had."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twilio.rest.content.v1.content import ContentList

from bot.channels import Failure, SendError
from bot.channels.whatsapp import WhatsAppChannel, Words
from bot.channels.whatsapp.shells import Shell
from bot.messages import Action, Address, Outgoing
from tests.channels.whatsapp.conftest import VECINA, Clock, Core, Memory
from tests.fakes.twilio_api import FakeTwilio, Fault

CARD = Outgoing(
    lines=("¿Enviar?",), actions=(Action(label="Sí", token="t:1"), Action(label="No", token="t:2"))
)
BUTTONS = Shell(kind="quick-reply", described=(False, False))
ROWS = Shell(kind="list-picker", described=(True, False))
NUMBERED = f"¿Enviar?\n\n1 Sí\n2 No\n\n{Words().by_number}"


def made(twilio: FakeTwilio) -> int:
    return twilio.calls.count(("POST", "Content"))


async def test_a_shell_is_made_once_for_all_cards_of_its_shape(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    other = CARD.with_(lines=("¿Seguro?",))
    await asyncio.gather(*(channel.send(vecina, card) for card in (CARD, other, CARD, other)))
    assert made(twilio) == 1
    assert {each.body for each in twilio.sent} == {"¿Enviar?", "¿Seguro?"}


@pytest.mark.parametrize("shell", [BUTTONS, ROWS])
def test_what_is_asked_for_is_what_twilio_s_own_library_would_ask(shell: Shell) -> None:
    def without_nulls(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {name: without_nulls(value) for name, value in tree.items() if value is not None}
        return [without_nulls(value) for value in tree] if isinstance(tree, list) else tree

    definition = shell.definition()
    assert without_nulls(ContentList.ContentCreateRequest(definition).to_dict()) == definition


async def test_a_shell_outlives_a_restart(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, shells: Memory, clock: Clock
) -> None:
    await channel.send(vecina, CARD)
    (sid,) = shells.values.values()
    assert sid in twilio.contents
    channel._shells._sids.clear()  # what a restart forgets
    await channel.send(vecina, CARD)
    assert made(twilio) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, code=20500),
        Fault(status=429, code=20429),
        Fault(status=403, code=20003),
        Fault(status=400, code=20001),
        Fault(status=502),
        Fault(reset=True),
    ],
)
async def test_when_a_shell_cannot_be_made_the_choice_goes_in_numbers_and_it_is_tried_again_later(
    channel: WhatsAppChannel,
    twilio: FakeTwilio,
    vecina: Address,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    twilio.content_faults.append(fault)
    await channel.send(vecina, CARD, reference="ob:1")
    assert twilio.last(VECINA).body == NUMBERED
    assert twilio.last(VECINA).reference == "ob:1"
    assert "numbered text" in caplog.text
    await channel.send(vecina, CARD)
    assert made(twilio) == 1  # not asked again at once
    clock.forward(minutes=11)
    await channel.send(vecina, CARD)
    assert twilio.last(VECINA).buttons


@pytest.mark.parametrize("code", [21654, 21655, 21656, 63005, 63028])
async def test_when_twilio_refuses_a_shell_the_same_choice_goes_in_numbers_at_once(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, clock: Clock, shells: Memory, code: int
) -> None:
    twilio.refuse_contents = code
    sent = await channel.send(vecina, CARD)
    assert twilio.messages[sent].body == NUMBERED
    assert list(shells.values.values()) == [""]
    twilio.refuse_contents = 0
    clock.forward(minutes=11)
    await channel.send(vecina, CARD)
    assert twilio.last(VECINA).buttons
    assert made(twilio) == 2


async def test_a_content_deleted_at_twilio_is_made_anew(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, clock: Clock
) -> None:
    await channel.send(vecina, CARD)
    twilio.contents.clear()
    await channel.send(vecina, CARD)
    assert twilio.last(VECINA).body == NUMBERED
    clock.forward(minutes=11)
    await channel.send(vecina, CARD)
    assert twilio.last(VECINA).buttons


async def test_other_errors_are_not_covered_up_by_numbers(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    twilio.opted_out.add(VECINA)
    with pytest.raises(SendError) as refused:
        await channel.send(vecina, CARD)
    assert refused.value.failure == Failure.GONE
    assert twilio.sent == []


async def test_a_shell_that_meta_refuses_later_comes_back_as_retry_and_goes_in_numbers(
    served: WhatsAppChannel, twilio: FakeTwilio, vecina: Address, core: Core
) -> None:
    sent = await served.send(vecina, CARD, reference="ob:1")
    await twilio.report(twilio.messages[sent], "failed", "63028")
    assert core.receipts[0].raw["failure"] == Failure.RETRY
    await served.send(vecina, CARD, reference="ob:1")
    assert twilio.last(VECINA).body == NUMBERED


def test_every_text_of_a_shell_is_a_variable() -> None:
    shell = Shell(kind="list-picker", described=(True, False))
    assert shell.definition() == {
        "friendly_name": "proximidad list-picker 2",
        "language": "es",
        "variables": {str(number): f"texto {number}" for number in range(1, 8)},
        "types": {
            "twilio/list-picker": {
                "body": "{{1}}",
                "button": "{{2}}",
                "items": [
                    {"item": "{{3}}", "id": "{{4}}", "description": "{{5}}"},
                    {"item": "{{6}}", "id": "{{7}}"},
                ],
            }
        },
    }


async def test_what_is_asked_of_the_content_api_names_no_other_type(
    channel: WhatsAppChannel, twilio: FakeTwilio, vecina: Address
) -> None:
    """Twilio's own library would send a null for every type that it knows."""
    await channel.send(vecina, CARD)
    (content,) = twilio.contents.values()
    assert list(content["types"]) == ["twilio/quick-reply"]
