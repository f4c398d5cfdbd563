"""The people at the other end of the fake Bot API: what they do, and what they see."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import Any

import msgspec

PRIVATE_FIELDS = ("_keyboard",)


class People:
    """Everybody's phone. What they do becomes an update; what the bot sends stands on `screens`."""

    def __init__(self, bot_id: int, first: int = 1000) -> None:
        self.bot_id = bot_id
        self.bot = {"id": bot_id, "is_bot": True, "first_name": "Proximidad", "username": "proximidad_bot"}
        self.chats: dict[int, dict[str, Any]] = {}
        self.screens: dict[int, dict[int, dict[str, Any]]] = {}  # chat -> message id -> message
        self.files: dict[str, bytes] = {}
        self.taps: set[str] = set()  # callback queries that can still be answered
        self.toasts: list[str] = []
        self.pending: dict[int, bytes] = {}  # updates that the bot has not confirmed
        self.allowed: list[str] = []
        self.changed = asyncio.Event()
        self._update_ids = count(first)
        self._message_ids = count(first - 999)
        self._names = count(1)

    def join(self, chat_id: int, *, language: str = "es", kind: str = "") -> dict[str, Any]:
        """A person, or a group when the id is negative; whoever has not joined does not exist for the bot."""
        kind = kind or ("private" if chat_id > 0 else "group")
        self.screens.setdefault(chat_id, {})
        return self.chats.setdefault(chat_id, {"id": chat_id, "type": kind, "language": language})

    def say(self, chat_id: int, text: str, **more: Any) -> int:
        """Write; returns the message's id."""
        return self._message(chat_id, {"text": text, **more})

    def send_photo(self, chat_id: int, content: bytes = b"\xff\xd8\xff", **more: Any) -> int:
        """A photo in two sizes, the second larger."""
        file = {"file_unique_id": "u", "width": 90, "height": 60}
        small = {**file, "file_id": self.keep(b"small"), "file_size": 5}
        large = {
            **file,
            "file_id": self.keep(content),
            "file_size": len(content),
            "width": 1280,
            "height": 960,
        }
        return self._message(chat_id, {"photo": [small, large], **more})

    def send_voice(self, chat_id: int, content: bytes = b"OggS", **more: Any) -> int:
        """A voice note."""
        return self._message(chat_id, {"voice": self._file(content, "audio/ogg", duration=3), **more})

    def send_document(self, chat_id: int, content: bytes = b"%PDF", **more: Any) -> int:
        """Any file."""
        return self._message(chat_id, {"document": self._file(content, "application/pdf"), **more})

    def send_location(self, chat_id: int, lat: float, lon: float, **more: Any) -> int:
        """A pin."""
        return self._message(chat_id, {"location": {"latitude": lat, "longitude": lon}, **more})

    def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """Correct an earlier message."""
        message = self._envelope(chat_id, message_id)
        self.push({"edited_message": {**message, "edit_date": int(time.time()), "text": text}})

    def tap(self, chat_id: int, message_id: int, data: str) -> str:
        """Press a button, existing or forged; returns the id of the callback query."""
        tap_id = str(next(self._names))
        self.taps.add(tap_id)
        card = self.screens.get(chat_id, {}).get(message_id)
        if card is None:
            card = {"message_id": message_id, "chat": self._chat(chat_id), "date": 0}
        who = self._person(chat_id)
        query = {"id": tap_id, "from": who, "chat_instance": "1", "message": _public(card), "data": data}
        self.push({"callback_query": query})
        return tap_id

    def press(self, chat_id: int, label: str) -> str:
        """Tap the newest button whose label contains these words."""
        for message in reversed(self.screens[chat_id].values()):
            for button in _buttons(message):
                if label in button["text"] and "callback_data" in button:
                    return self.tap(chat_id, message["message_id"], button["callback_data"])
        raise AssertionError(f"no button «{label}» on the screen of {chat_id}")

    def block(self, chat_id: int, *, silently: bool = False) -> None:
        """Stop the bot."""
        self.join(chat_id)["blocked"] = True
        if not silently:
            self._member(chat_id, "member", "kicked")

    def unblock(self, chat_id: int) -> None:
        """Let it in again."""
        self.join(chat_id).pop("blocked", None)
        self._member(chat_id, "kicked", "member")

    def upgrade(self, chat_id: int, new_id: int) -> None:
        """A group becomes a supergroup."""
        self.join(new_id, kind="supergroup")
        self._message(chat_id, {"migrate_to_chat_id": new_id})
        self.chats[chat_id]["moved_to"] = new_id

    def push(self, update: dict[str, Any] | bytes) -> int:
        """Any update at all. Bytes go out as they are; %d in them becomes the update's number."""
        number = next(self._update_ids)
        if isinstance(update, bytes):
            self.pending[number] = update % number
        elif not self.allowed or update.keys() & set(self.allowed):
            self.pending[number] = msgspec.json.encode({"update_id": number, **update})
        if number in self.pending:
            self.arrived(number)
        self.changed.set()
        return number

    def arrived(self, number: int) -> None:
        """One more update waits for the bot."""

    def screen(self, chat_id: int) -> list[str]:
        """The texts that stand in a chat, ours and the person's, oldest first."""
        return [message.get("text", "") for message in self.screens.get(chat_id, {}).values()]

    async def seen(self, chat_id: int, words: str, *, within: float = 5.0) -> dict[str, Any]:
        """The newest message of the bot with these words; waits for it."""
        async with asyncio.timeout(within):
            while True:
                for message in reversed(self.screens.get(chat_id, {}).values()):
                    if message["from"]["id"] == self.bot_id and words in message.get("text", ""):
                        return message
                await self.changed_once()

    async def changed_once(self) -> None:
        """Until something happens at all."""
        self.changed.clear()
        await self.changed.wait()

    def show(self, chat_id: int, content: dict[str, Any]) -> dict[str, Any]:
        """A message of the bot appears in a chat."""
        number = next(self._message_ids)
        message = {**self._envelope(chat_id, number), **content, "from": self.bot}
        self.screens[chat_id][number] = message
        self.changed.set()
        return _public(message)

    def keep(self, content: bytes) -> str:
        """A file, and its id."""
        file_id = f"file{next(self._names)}"
        self.files[file_id] = content
        return file_id

    def _message(self, chat_id: int, content: dict[str, Any]) -> int:
        number = next(self._message_ids)
        message = {**self._envelope(chat_id, number), **content}
        self.screens[chat_id][number] = message
        self.push({"message": message})
        return number

    def _envelope(self, chat_id: int, number: int) -> dict[str, Any]:
        self.join(chat_id)
        return {
            "message_id": number,
            "date": int(time.time()),
            "chat": self._chat(chat_id),
            "from": self._person(chat_id),
        }

    def _chat(self, chat_id: int) -> dict[str, Any]:
        chat = self.join(chat_id)
        return {"id": chat_id, "type": chat["type"], "first_name": "Vecina"}

    def _person(self, chat_id: int) -> dict[str, Any]:
        language = self.join(chat_id)["language"]
        return {"id": abs(chat_id), "is_bot": False, "first_name": "Vecina", "language_code": language}

    def _file(self, content: bytes, mime: str, **more: Any) -> dict[str, Any]:
        file_id = self.keep(content)
        size = {"file_size": len(content), "mime_type": mime}
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", **size, **more}

    def _member(self, chat_id: int, old: str, new: str) -> None:
        change = {
            "chat": self._chat(chat_id),
            "from": self._person(chat_id),
            "date": int(time.time()),
            "old_chat_member": {"user": self.bot, "status": old, "until_date": 0},
            "new_chat_member": {"user": self.bot, "status": new, "until_date": 0},
        }
        self.push({"my_chat_member": change})


def _public(message: dict[str, Any]) -> dict[str, Any]:
    """As the server tells it: without the keyboard that it only remembers."""
    return {key: value for key, value in message.items() if key not in PRIVATE_FIELDS}


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
