"""Sends a card: answers the tap, edits in place or sends anew, resumes where an earlier attempt stopped."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from bot.channels import Failure, Fetched, MediaGone, MediaSource, SendError
from bot.channels.telegram.client import Client
from bot.channels.telegram.errors import BAD_MARKUP, NOT_EDITABLE, NOT_MODIFIED, says
from bot.channels.telegram.keyboards import ASK_LOCATION, REMOVE
from bot.channels.telegram.outbound import Call, calls_for, edit_of, toast_of
from bot.messages import Attachment, AttachmentKind, Outgoing

T = TypeVar("T")

log = logging.getLogger(__name__)

REMEMBERED = 10_000  # chats whose keyboard we remember, cards that stopped half way
MAX_PHOTO = 10 * 1024 * 1024

# Kind, types, largest size -> python-telegram-bot's method and its argument. Everything else is a document.
UPLOADS: tuple[tuple[AttachmentKind, frozenset[str], int, str, str], ...] = (
    (
        AttachmentKind.PHOTO,
        frozenset({"image/jpeg", "image/png", "image/webp"}),
        MAX_PHOTO,
        "send_photo",
        "photo",
    ),
    (AttachmentKind.VOICE, frozenset({"audio/ogg", "audio/mpeg", "audio/mp4"}), 2**30, "send_voice", "voice"),
    (AttachmentKind.AUDIO, frozenset({"audio/mpeg", "audio/mp4"}), 2**30, "send_audio", "audio"),
    (AttachmentKind.VIDEO, frozenset({"video/mp4"}), 2**30, "send_video", "video"),
)
DOCUMENT = ("send_document", "document")


class Sent(msgspec.Struct):
    """What we want to know of a message that went out."""

    message_id: int


@dataclass(slots=True)
class Progress:
    """How far a card of several messages came before it stopped."""

    done: int = 0
    of: int = 0
    last: str = ""


_sent = msgspec.json.Decoder(Sent)


class Sender:
    """One for each bot."""

    def __init__(self, client: Client, media: MediaSource | None) -> None:
        self._client = client
        self._media = media
        self._keyboards: OrderedDict[str, None] = OrderedDict()
        self._stopped: OrderedDict[str, Progress] = OrderedDict()

    async def send(self, chat: str, card: Outgoing, reference: str) -> str:
        """All of the card; the id of its last message, "" for a mere toast. Raises SendError, ValueError."""
        calls = calls_for(chat, card, keyboard_shown=chat in self._keyboards)
        if not calls:
            return await self._toast_alone(card)
        sent = await self._send_all(calls, card, reference, answering=self._answering(card))
        self._remember_keyboard(chat, calls)
        return sent

    async def _toast_alone(self, card: Outgoing) -> str:
        if not card.tap_id:
            raise SendError(Failure.PERMANENT, "empty")
        await self._answer(card, alone=True)
        return ""

    def _answering(self, card: Outgoing) -> asyncio.Task[None] | None:
        """The spinner is stopped while the card goes out: a person waits for one round trip, not for two."""
        return asyncio.create_task(self._answer(card, alone=False)) if card.tap_id else None

    async def _answer(self, card: Outgoing, *, alone: bool) -> None:
        """Stop the spinner. Too old a tap is no failure, and the card matters more than the toast."""
        try:
            await self._client.call("answerCallbackQuery", toast_of(card))
        except SendError as error:
            if alone and error.failure is not Failure.PERMANENT:
                raise
            log.info("tap not answered: %s", error.code, extra={"action": "telegram.toast"})

    async def _send_all(
        self, calls: list[Call], card: Outgoing, reference: str, answering: asyncio.Task[None] | None
    ) -> str:
        """Call by call; after a failure the next attempt goes on where this one stopped."""
        progress = self._stopped.pop(reference, None)
        if progress is None or progress.of != len(calls):
            progress = Progress(of=len(calls))
        edited = _editable(calls, card)
        if card.replaces and calls and edited is None and not progress.done:
            await self._disarm(calls[0].params["chat_id"], card.replaces)
        try:
            for call in calls[progress.done :]:
                progress.last = await self._one(call, card, edit=call is edited)
                progress.done += 1
        except SendError:
            if reference and progress.done:
                _keep(self._stopped, reference, progress)
            raise
        finally:
            if answering is not None:
                await answering
        return progress.last

    async def _one(self, call: Call, card: Outgoing, *, edit: bool) -> str:
        if call.file is not None:
            return await self._upload(call, call.file)
        return await (self._edit(call, card.replaces) if edit else self._text(call))

    async def _edit(self, call: Call, card_id: str) -> str:
        """In place; where that is no longer possible the card is sent anew."""
        try:
            await self._text(edit_of(call, int(card_id)))
            return card_id
        except SendError as error:
            if says(error, NOT_MODIFIED):
                return card_id
            if error.failure is Failure.UNKNOWN:  # an edit done twice is an edit done once
                raise SendError(Failure.RETRY, error.code) from None
            if not says(error, *NOT_EDITABLE):
                raise
        return await self._text(call)

    async def _disarm(self, chat: int | str, card_id: str) -> None:
        """The card that this one replaces can't be edited into it: at least its buttons go."""
        try:
            await self._client.call("editMessageReplyMarkup", {"chat_id": chat, "message_id": int(card_id)})
        except (SendError, ValueError) as error:
            log.info("old buttons stay: %s", error, extra={"action": "telegram.disarm"})

    async def _text(self, call: Call) -> str:
        """One call; markup that is refused (a bug of ours) must not keep the words from arriving."""
        try:
            result = await self._client.call(call.method, call.params)
        except SendError as error:
            if not (call.plain and says(error, BAD_MARKUP)):
                raise
            log.exception("our markup was refused", extra={"action": "telegram.markup"})
            plain = {key: value for key, value in call.params.items() if key != "parse_mode"}
            result = await self._client.call(call.method, {**plain, "text": call.plain})
        return _id_of(result)

    async def _upload(self, call: Call, attachment: Attachment) -> str:
        try:
            file = await self._fetched(attachment)
        except MediaGone:
            log.warning("a file to be sent is gone", extra={"action": "telegram.upload"})
            return await self._text(Call("sendMessage", {**call.params, "text": call.plain}))
        method, argument = _way(attachment, file)
        try:
            return await self._put(call, file, method, argument)
        except SendError as error:
            if error.failure is not Failure.PERMANENT or (method, argument) == DOCUMENT:
                raise
        return await self._put(call, file, *DOCUMENT)  # a photo that Telegram can't process still arrives

    async def _put(self, call: Call, file: Fetched, method: str, argument: str) -> str:
        params = dict(call.params)
        given = {
            "chat_id": params.pop("chat_id"),
            argument: file.content,
            "filename": _filename(argument, file),
        }
        message = await self._client.with_bot(lambda bot: getattr(bot, method)(**given, api_kwargs=params))
        return str(message.message_id)

    async def _fetched(self, attachment: Attachment) -> Fetched:
        if self._media is None:
            raise MediaGone("no media store")
        return await self._media(attachment.reference)

    def _remember_keyboard(self, chat: str, calls: list[Call]) -> None:
        markup = calls[-1].params.get("reply_markup") if calls else None
        if markup is ASK_LOCATION:
            _keep(self._keyboards, chat, None)
        elif markup is REMOVE:
            self._keyboards.pop(chat, None)


def _id_of(result: msgspec.Raw) -> str:
    """The id of what was sent; accepted is accepted, even where the answer does not tell it."""
    try:
        return str(_sent.decode(result).message_id)
    except msgspec.DecodeError:
        log.warning("accepted without an id", extra={"action": "telegram.no_id"})
        return ""


def _editable(calls: list[Call], card: Outgoing) -> Call | None:
    """The call that can be an edit of an earlier card: its one text, with buttons or with nothing."""
    texts = [call for call in calls if call.method == "sendMessage"]
    markup = texts[0].params.get("reply_markup", {}) if texts else {}
    fits = len(texts) == 1 and card.replaces.isdecimal() and markup.keys() <= {"inline_keyboard"}
    return texts[0] if fits else None


def _way(attachment: Attachment, file: Fetched) -> tuple[str, str]:
    for kind, types, limit, method, argument in UPLOADS:
        content_type = file.content_type.partition(";")[0].strip()
        if attachment.kind is kind and content_type in types and len(file.content) <= limit:
            return method, argument
    return DOCUMENT


def _filename(argument: str, file: Fetched) -> str:
    content_type = file.content_type.partition(";")[0].strip()
    return argument + (mimetypes.guess_extension(content_type) or "")


def _keep(memory: OrderedDict[str, T], key: str, value: T) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
