"""T9. Yesterday's webhooks come again, shuffled, three times: nothing is done twice, nothing is said twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from storage import Transaction
from storage.schema import dead_letter, event, inbox, media, outbox, person, report
from tests.fakes.twilio_people import sid
from tests.faults.evidence import Campaign
from tests.faults.premises import Premises, everywhere, premises

REPLAY = Campaign("T9", "Recorded webhooks, shuffled and sent again three times")
LAMP = "hay una lámpara fundida atrás del domo en la colonia italia, ya tiene una semana"
TALK = ("hola", LAMP, "acepto", "enviar", "mis reportes", "menú")
TABLES = (inbox, person, report, event, outbox, media, dead_letter)
AT_ONCE = 32

Post = tuple[str, str, dict[str, Any]]  # provider, path, what is posted


def recorded(messages: int) -> list[list[Post]]:
    """The talks of as many neighbours as make so many messages, half of them on each network; each in its order."""
    talks: list[list[Post]] = []
    for n in range(-(-messages // len(TALK))):
        make = telegram_update if n % 2 else twilio_form
        talks.append([make(n, step, words) for step, words in enumerate(TALK)])
    return talks


def telegram_update(n: int, step: int, words: str) -> Post:
    chat = {"id": 5_000 + n, "type": "private", "first_name": "Vecina"}
    message = {"message_id": step + 1, "date": 1_795_000_000, "chat": chat, "from": {**chat, "is_bot": False}}
    return "telegram", "", {"update_id": n * 100 + step, "message": {**message, "text": words}}


def twilio_form(n: int, step: int, words: str) -> Post:
    return (
        "whatsapp",
        "/twilio/whatsapp",
        {"Body": words, "From": f"whatsapp:+52983{n:07d}", "MessageSid": sid("SM")},
    )


async def post(place: Premises, one: Post) -> int:
    """As the provider posts it; the status."""
    import msgspec

    provider, path, content = one
    if provider == "telegram":
        return (await place.api.webhook.post(msgspec.json.encode(content)))[0]
    fields = place.twilio.inbound_fields(content["From"], content["Body"]) | content
    return await place.twilio.post(path, fields)


async def all_at_once(place: Premises, posts: list[Post]) -> list[int]:
    """So many side by side."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Post) -> int:
        async with gate:
            return await post(place, each)

    return await asyncio.gather(*map(one, posts))


def counts(tx: Transaction) -> dict[str, int]:
    """How many rows of everything."""
    return {
        table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in TABLES
    }


async def test_a_day_of_webhooks_three_times_over_changes_nothing(tmp_path: Path) -> None:
    talks = recorded(REPLAY.size(ci=600, whole=10_000))
    posts = [each for talk in talks for each in talk]
    async with premises(f"sqlite:///{tmp_path}/p.db", seconds=20) as place:
        await place.staff("canul", 11, sectors=everywhere())
        place.store.on_commit = None  # what is to be said is counted where it stands written
        for step in range(len(TALK)):  # everybody at once, each in their order
            answered = await all_at_once(place, [talk[step] for talk in talks])
            assert set(answered) == {200}
        before = await place.store.read(counts)
        for turn in range(3):
            shuffled = list(posts)
            REPLAY.random(turn).shuffle(shuffled)
            assert set(await all_at_once(place, shuffled)) == {200}
        after = await place.store.read(counts)
    said = after["outbox"] - before["outbox"]
    changed = sum(after[name] - before[name] for name in before)
    REPLAY.record(
        webhooks=len(posts),
        replayed=3 * len(posts),
        reports=before["report"],
        rows_more=changed,
        said_more=said,
    )
    assert before["inbox"] == len(posts)
    assert before["report"] == len(talks)
    assert (changed, said) == (0, 0)
