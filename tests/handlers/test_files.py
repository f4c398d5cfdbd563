"""Files that people sent: fetched afterwards, photos made anew, the rest sealed or refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.channels import Failure, Fetched, MediaGone, SendError, StoreUnavailable
from bot.messages import Attachment, AttachmentKind
from handlers import files as module
from handlers.files import LARGEST, TRIES, BadFile, Files
from storage import Store, Transaction
from storage.schema import media_content
from tests.handlers.conftest import NOON, FakeChannel, HastyClock, resident

Kind = AttachmentKind


async def clean(content: bytes) -> bytes:
    """Stands for the child process that makes new pixels."""
    if content == b"bomb":
        raise BadFile
    return b"clean:" + content


@pytest.fixture
def files(store: Store, clock: HastyClock, channel: FakeChannel) -> Files:
    return Files(store, clock, {"simulator": channel}, clean)  # type: ignore[dict-item]


async def sent(store: Store, kind: Kind = Kind.PHOTO, *, channel: str = "simulator", **more: Any) -> str:
    file = Attachment(kind=kind, reference="f", **more)
    return await store.run(lambda tx: tx.media.add(resident(tx), channel, file, NOON))


async def state(store: Store, media: str) -> tuple[str, bytes | None, str]:
    def work(tx: Transaction) -> tuple[str, bytes | None, str]:
        file = tx.media.get(media)
        assert file is not None
        return file.state, tx.media.content(media), file.content_type

    return await store.read(work)


TABLE = [
    (Kind.PHOTO, "image/jpeg", "kept", b"clean:x", "image/jpeg"),
    (Kind.PHOTO, "image/png", "kept", b"clean:x", "image/jpeg"),
    (Kind.DOCUMENT, "image/png", "kept", b"clean:x", "image/jpeg"),
    (Kind.DOCUMENT, "application/pdf", "kept", b"x", "application/pdf"),
    (Kind.VOICE, "audio/ogg", "kept", b"x", "audio/ogg"),
    (Kind.AUDIO, "audio/mpeg", "kept", b"x", "audio/mpeg"),
    (Kind.VIDEO, "video/mp4", "kept", b"x", "video/mp4"),
    (Kind.DOCUMENT, "application/x-msdownload", "refused", None, ""),
    (Kind.DOCUMENT, "text/html", "refused", None, ""),
    (Kind.STICKER, "application/x-tgsticker", "refused", None, ""),
]


@pytest.mark.parametrize(("kind", "content_type", "end", "content", "kept_as"), TABLE)
async def test_what_is_kept_and_how(
    store: Store, files: Files, channel: FakeChannel, kind: Kind, content_type: str, end: str,
    content: bytes | None, kept_as: str,
) -> None:  # fmt: skip
    """A picture is never kept as it came, whatever it calls itself."""
    channel.files["f"] = Fetched(b"x", content_type)
    media = await sent(store, kind)
    assert await files.fetch_pending() == 1
    assert await state(store, media) == (end, content, kept_as)
    assert await files.fetch_pending() == 0


async def test_a_picture_that_is_a_trap_is_refused(store: Store, files: Files, channel: FakeChannel) -> None:
    channel.files["f"] = Fetched(b"bomb", "image/jpeg")
    media = await sent(store)
    await files.fetch_pending()
    assert (await state(store, media))[0] == "refused"


async def test_what_says_that_it_is_too_large_is_not_even_fetched(
    store: Store, files: Files, channel: FakeChannel
) -> None:
    channel.files["f"] = Fetched(b"x", "video/mp4")
    large, fits = await sent(store, Kind.VIDEO, size=LARGEST + 1), await sent(store, Kind.VIDEO, size=LARGEST)
    await files.fetch_pending()
    assert [(await state(store, media))[0] for media in (large, fits)] == ["refused", "kept"]


async def test_what_the_provider_no_longer_has_is_gone(store: Store, files: Files) -> None:
    media = await sent(store)
    other = await sent(store, channel="no-such-channel")
    await files.fetch_pending()
    assert [(await state(store, one))[0] for one in (media, other)] == ["gone", "gone"]


async def test_a_provider_in_trouble_is_asked_again_a_little_later(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    """In growing pauses, or as it says; nothing is lost meanwhile."""
    busy = [SendError(Failure.RETRY, "500"), SendError(Failure.RETRY, "429", retry_after=60)]
    channel.files["f"] = [*busy, Fetched(b"x", "audio/ogg")]
    media = await sent(store, Kind.VOICE)
    asked = []
    for seconds in (0, 0.5, 0.5, 59, 1):
        clock.skip(seconds=seconds)
        asked.append(await files.fetch_pending())
    assert asked == [1, 0, 1, 0, 1]
    assert (await state(store, media))[0] == "kept"


async def test_a_file_outlasts_an_evening_without_its_provider(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    """Down for six hours: nothing is given up, the provider is not pressed, and it comes soon after."""
    channel.files["f"] = SendError(Failure.RETRY, "connection")
    media, tries = await sent(store, Kind.VOICE), 0
    while clock.at < NOON + timedelta(hours=6):
        tries += await files.fetch_pending()
        clock.skip(seconds=30)
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    assert ((await state(store, media))[0], tries < 60) == ("pending", True)
    clock.skip(minutes=10)
    await files.fetch_pending()
    assert (await state(store, media))[0] == "kept"


async def test_no_process_for_a_photo_ends_nothing(
    store: Store, clock: HastyClock, channel: FakeChannel
) -> None:
    """The machine has no room for another process: the photo waits, and what came with it is fetched."""

    async def no_room(content: bytes) -> bytes:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    files = Files(store, clock, {"simulator": channel}, no_room)  # type: ignore[dict-item]
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    photo, note = await sent(store), await sent(store, Kind.VOICE)
    await files.fetch_pending()
    assert [(await state(store, one))[0] for one in (photo, note)] == ["pending", "kept"]


async def test_a_copy_that_another_process_is_just_keeping_ends_nothing(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    """While the lead changes hands two may fetch one file: the later one finds the content there."""
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    media = await sent(store, Kind.VOICE)
    row = media_content.insert().values(media_id=media, content=b"sealed by the other")
    await store.run(lambda tx: tx.connection.execute(row) and None)
    assert await files.fetch_pending() == 1
    await store.run(lambda tx: tx.connection.execute(media_content.delete()) and None)
    clock.skip(seconds=1)
    await files.fetch_pending()
    assert (await state(store, media))[0] == "kept"


async def test_after_two_days_of_tries_it_is_given_up(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    channel.files["f"] = SendError(Failure.RETRY, "500")
    media = await sent(store, Kind.VOICE)
    tries = 0
    for _ in range(TRIES + 5):
        tries += await files.fetch_pending()
        clock.skip(hours=1)
    assert (tries, (await state(store, media))[0]) == (TRIES, "gone")


async def test_our_own_copy_can_be_sent_on(store: Store, files: Files, channel: FakeChannel) -> None:
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    media, lost = await sent(store, Kind.VOICE), await sent(store, channel="no-such-channel")
    await files.fetch_pending()
    assert await files.of_ours(media) == Fetched(b"x", "audio/ogg")
    for missing in (lost, "no such id"):
        with pytest.raises(MediaGone):
            await files.of_ours(missing)


async def test_the_loop_goes_on_when_the_store_is_away(
    files: Files, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    async def flaky(_: Files) -> int:
        looked.append("look")
        if len(looked) == 1:
            raise StoreUnavailable
        return 0

    monkeypatch.setattr(module.Files, "fetch_pending", flaky)
    loop = asyncio.create_task(files.run())
    while len(looked) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0)
    loop.cancel()
    assert clock.waits[:2] == [1.0, 1.0]


async def test_a_size_that_no_column_holds_is_kept_as_far_as_it_goes(store: Store) -> None:
    """Found by the campaign of mutated webhooks: it must not cost the message."""
    file = Attachment(kind=AttachmentKind.PHOTO, reference="x", size=2**70, seconds=-5)
    kept = await store.run(lambda tx: tx.media.get(tx.media.add(resident(tx), "simulator", file, NOON)))
    assert kept is not None
    assert (kept.size, kept.seconds) == (2**31 - 1, 0)


async def test_the_provider_s_copy_goes_once_ours_is_kept_and_not_before(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    """What is still to be fetched, was refused or is gone is left where it is: there may be no other copy."""
    channel.files["f"] = [SendError(Failure.RETRY, "500"), Fetched(b"x", "audio/ogg")]
    media = await sent(store, Kind.VOICE)
    await files.fetch_pending()
    assert (await files.forget_copies(), channel.forgotten) == (0, [])
    clock.skip(seconds=2)
    await files.fetch_pending()
    assert (await files.forget_copies(), channel.forgotten) == (1, ["f"])
    assert (await state(store, media))[:2] == ("kept", b"x")
    assert (await files.of_ours(media)).content == b"x"
    clock.skip(days=400)
    assert (await files.forget_copies(), channel.forgotten) == (0, ["f"])
    channel.files["f"] = Fetched(b"x", "text/html")
    await sent(store, Kind.DOCUMENT)
    await files.fetch_pending()
    assert (await files.forget_copies(), channel.forgotten) == (0, ["f"])


async def test_a_copy_that_can_t_be_deleted_now_is_asked_for_until_it_is(
    store: Store, files: Files, channel: FakeChannel, clock: HastyClock
) -> None:
    """For days if need be; what we keep stays kept."""
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    channel.refuses_to_forget = [SendError(Failure.RETRY, "503") for _ in range(TRIES + 5)]
    media, asked = await sent(store, Kind.VOICE), 0
    await files.fetch_pending()
    while channel.refuses_to_forget:
        before = len(channel.refuses_to_forget)
        await files.forget_copies()
        asked += before - len(channel.refuses_to_forget)
        clock.skip(minutes=10)
    assert asked == TRIES + 5
    assert await files.forget_copies() == 1
    assert (await state(store, media))[:2] == ("kept", b"x")


async def test_a_channel_that_is_not_there_now_keeps_its_copy_for_later(
    store: Store, clock: HastyClock, channel: FakeChannel
) -> None:
    channel.files["f"] = Fetched(b"x", "audio/ogg")
    await sent(store, Kind.VOICE)
    await Files(store, clock, {"simulator": channel}, clean).fetch_pending()  # type: ignore[dict-item]
    assert await Files(store, clock, {}, clean).forget_copies() == 0
    clock.skip(minutes=10)
    again = Files(store, clock, {"simulator": channel}, clean)  # type: ignore[dict-item]
    assert (await again.forget_copies(), channel.forgotten) == (1, ["f"])
