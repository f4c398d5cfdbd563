"""Every refusal of the Bot API and every trouble on the way there, as a named `Failure`."""

from __future__ import annotations

import re

import msgspec

from bot.channels import Failure, SendError

# status, words of the description ("" = any), what it means for us. The first row that fits decides.
REFUSALS: tuple[tuple[int, str, Failure], ...] = (
    (
        200,
        "",
        Failure.UNKNOWN,
    ),  # not Telegram's answer: a gateway's, and what stands behind it may have accepted
    (400, "chat not found", Failure.GONE),
    (400, "user not found", Failure.GONE),
    (400, "peer_id_invalid", Failure.GONE),
    (400, "chat_write_forbidden", Failure.GONE),
    (400, "", Failure.PERMANENT),
    (401, "", Failure.MISCONFIGURED),  # the token was revoked
    (403, "", Failure.GONE),  # blocked, deactivated, kicked, never started
    (404, "", Failure.MISCONFIGURED),  # the token has not even the shape of one
    (409, "", Failure.MISCONFIGURED),  # somebody else consumes with our token
    (413, "", Failure.PERMANENT),
    (429, "", Failure.RETRY),
)

NOT_MODIFIED = "message is not modified"
BAD_MARKUP = "can't parse entities"
# The card can't be edited any more; what it says is sent anew.
NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "no text in the message",
)

# Words of a description up to the first sign that could open a quotation of what a person wrote.
SAFE_WORDS = re.compile(r"(?:[A-Za-z ]+: )?([A-Za-z_' ]{1,60})")


class Parameters(msgspec.Struct, frozen=True):
    """Why a request failed, for machines."""

    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class Answer(msgspec.Struct):
    """The envelope of every answer of the Bot API."""

    ok: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    description: str = ""
    parameters: Parameters = Parameters()


_answer = msgspec.json.Decoder(Answer)


def result_of(status: int, body: bytes) -> msgspec.Raw:
    """The result of an answer; SendError when it was refused."""
    answer = _read(body)
    if 200 <= status < 300 and answer.ok:
        return answer.result
    raise refusal(status, answer)


def refusal(status: int, answer: Answer) -> SendError:
    """One refused call as a SendError."""
    moved_to = answer.parameters.migrate_to_chat_id
    if moved_to is not None:
        return SendError(Failure.MOVED, f"{status} migrated", new_id=str(moved_to))
    return SendError(
        _failure(status, answer.description.lower()),
        f"{status} {_safe(answer.description)}".strip(),
        retry_after=answer.parameters.retry_after,
    )


def trouble(error: Exception) -> SendError:
    """A file's connection that failed: before the request left nothing was sent, afterwards nobody knows."""
    import aiohttp

    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return SendError(Failure.MISCONFIGURED, "api_url")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SendError(Failure.RETRY, type(error).__name__)
    return SendError(Failure.UNKNOWN, type(error).__name__)


def says(error: SendError, *words: str) -> bool:
    """Whether the Bot API refused with one of these words."""
    return any(word in error.code.lower() for word in words)


def _failure(status: int, description: str) -> Failure:
    """Anything the table does not know is the server's own trouble: it passes."""
    rows = (fate for code, words, fate in REFUSALS if code == status and words in description)
    return next(rows, Failure.RETRY)


def _safe(description: str) -> str:
    found = SAFE_WORDS.match(description)
    return found[1].strip() if found else ""


def _read(body: bytes) -> Answer:
    """A gateway's HTML page, or nothing at all, is an answer without words."""
    try:
        return _answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Answer()
