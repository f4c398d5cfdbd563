# twilio ships no types
# mypy: disable-error-code="import-untyped"
"""Twilio's own library, for the rare calls: list messages and their files. Imported only where it is used.

Every function here blocks and belongs in a thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from bot.channels import Failure, SendError
from bot.channels.whatsapp.errors import named, refusal
from bot.channels.whatsapp.statuses import STATUSES

# It logs the address of every request, and with it the number of a person.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)

SECONDS = 15.0
PAGE = 1000  # messages that Twilio lists at a time
OUT_OF_ORDER = timedelta(minutes=1)  # its list is newest first, but two moments are told of a message
OFFICIAL = "https://api.twilio.com"
Status = MessageInstance.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as Twilio lists it: the words only, without tokens, pins or content ids."""

    sid: str
    from_: str
    body: str
    at: datetime | None
    inbound: bool
    has_media: bool
    lost: bool = False  # Twilio took it, and it never reached the person


def _listed(message: MessageInstance) -> Listed:
    return Listed(
        sid=str(message.sid),
        from_=str(message.from_ or ""),
        body=str(message.body or ""),
        at=message.date_sent or message.date_created,
        inbound=message.direction == "inbound",
        has_media=(message.num_media or "0") != "0",
        lost=STATUSES.get(str(message.status)) == "failed",
    )


class _Http(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The library's client with another host, no proxy from outside, and no log: it would write numbers."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=SECONDS)
        self.session.trust_env = False
        self._api_url = api_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Response:
        if url.startswith(OFFICIAL):
            url = self._api_url + url.removeprefix(OFFICIAL)
        return super().request(method, url, *args, **named)

    def log_request(self, _: object) -> None:
        """Nothing: a query holds the number of a person."""

    def log_response(self, *_: object) -> None:
        """Nothing."""


class Library:
    """The reference client, with failures in our words and without a secret in them."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str) -> None:
        self._http = _Http(api_url)
        # An environment of our own: a stray TWILIO_REGION would rewrite the hosts.
        self._client = Client(
            account_sid, auth_token, http_client=self._http, environment={"TWILIO_EDGE": ""}
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.session.close()

    def messages(self, *, since: datetime, to: str) -> list[Listed]:
        """Messages to this address since that moment, the newest first. Raises SendError."""
        with _our_words():
            found = self._client.messages.stream(to=to, date_sent_after=since, page_size=PAGE)
            return list(takewhile(_since(since - OUT_OF_ORDER), map(_listed, found)))

    def media(self, message_sid: str) -> list[tuple[str, str]]:
        """The files of a message: sid and content type. Raises SendError."""
        with _our_words():
            listed = self._client.messages(message_sid).media.list(limit=10)
            return [(str(each.sid), str(each.content_type or "")) for each in listed]


def _since(moment: datetime) -> Callable[[Listed], bool]:
    """Twilio may filter by whole days: the pages of what is older are not asked for."""
    return lambda listed: (listed.at or moment) >= moment


@contextmanager
def _our_words() -> Iterator[None]:
    """Failures of the library as SendError; the cause is dropped, it may carry the request."""
    try:
        yield
    except TwilioRestException as error:
        raise named(error.status, str(error.code or "")) from None
    except TwilioException as error:  # a page of a list: the answer itself is its second argument
        answer = next((each for each in error.args if isinstance(each, Response)), None)
        if answer is not None:
            raise refusal(answer.status_code, answer.text.encode()) from None
        raise SendError(Failure.RETRY, "connection") from None
    except RequestException:
        raise SendError(Failure.RETRY, "connection") from None
    except (ValueError, KeyError, TypeError):  # a success by its status, and no answer of Twilio's
        raise SendError(Failure.RETRY, "unreadable") from None
