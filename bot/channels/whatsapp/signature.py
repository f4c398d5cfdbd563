"""Is this request really Twilio's? Verified over the configured public address, before anything is believed.

Twilio's own validator raises on malformed requests, merges repeated fields and does not bind field boundaries
(reliability.md F8), so it serves as the oracle in the tests and this small gate stands here.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from itertools import product
from urllib.parse import SplitResult, parse_qsl, urlsplit

MAX_BODY = 2 * 1024 * 1024  # 100,000 characters, escaped: a genuine message is never refused for its length
MAX_FIELDS = 120
SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
# A reply also carries the id of the message it answers.
_SIGNED_SID = re.compile(rb"(?<!OriginalReplied)MessageSid((?:SM|MM)[0-9a-fA-F]{32})")
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """The request is not Twilio's, or not meant for us."""


@dataclass(frozen=True, slots=True, repr=False)
class Posted:
    """A request as it came; nothing in it is believed yet."""

    path: str
    query: str
    content_type: str
    body: bytes
    signature: str

    @property
    def target(self) -> str:
        """Path and query: what follows the public address."""
        return self.path + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True, repr=False)
class Gate:
    """What a request must prove. Two tokens are good while one replaces the other."""

    account_sid: str
    tokens: tuple[str, ...]
    public_url: str

    def fields(self, posted: Posted, *, always: Sequence[str] = ()) -> Mapping[str, str]:
        """The fields of a genuine request; `always` names those that Twilio never leaves out.

        Raises Refused, or ValueError where it is not even a form.
        """
        if posted.content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise Refused("content type")
        fields = form(posted.body)
        signed = b"".join(_bytes(name) + _bytes(fields[name]) for name in sorted(fields))
        addresses = [base + posted.target for base in spellings(self.public_url)]
        if not self._signed(addresses, signed, posted.signature):
            raise Refused("signature")
        if fields.get("AccountSid") != self.account_sid:
            raise Refused("account")
        check_borders(fields, signed, always)
        return fields

    def _signed(self, addresses: Sequence[str], signed: bytes, signature: str) -> bool:
        given = signature.encode("latin-1")
        genuine = False  # every candidate is compared, so the time does not tell which one came close
        for token, address in product(self.tokens, addresses):
            wanted = b64encode(hmac.digest(token.encode(), address.encode() + signed, sha1))
            genuine |= hmac.compare_digest(wanted, given)
        return genuine


def form(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded body; bytes that are no UTF-8 survive as escapes, for the signature."""
    if len(body) > MAX_BODY:
        raise Refused("size")
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=True,
        errors="surrogateescape",
        max_num_fields=MAX_FIELDS,
    )
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused("repeated field")
    return fields


def check_borders(fields: Mapping[str, str], signed: bytes, always: Sequence[str]) -> None:
    """One well-formed message id, no other anywhere in what was signed, and no field swallowed by another.

    The signature does not say where a name ends and its value begins: a captured request could be cut anew.
    Wherever the cuts fall, the signed bytes stay: who changes the id shows two, and a field that is always
    there leaves its name behind when it is made to vanish.
    """
    sid = fields.get("MessageSid", "")
    if not SID.fullmatch(sid):
        raise Refused("message id")
    if any(fields.get(name, sid) != sid for name in ("SmsSid", "SmsMessageSid")):
        raise Refused("message ids differ")
    vanished = any(name not in fields and name.encode() in signed for name in always)
    if vanished or set(_SIGNED_SID.findall(signed)) != {sid.encode()}:
        raise Refused("cut anew")


@lru_cache(8)
def spellings(public_url: str) -> tuple[str, ...]:
    """The address without and with its port: Twilio is not consistent in what it signs."""
    base = public_url.rstrip("/")
    split = urlsplit(base)
    port = split.port or _DEFAULT_PORTS.get(split.scheme)
    return tuple(dict.fromkeys((base, _with_port(split, None), _with_port(split, port))))


def _with_port(split: SplitResult, port: int | None) -> str:
    """The address with another port; whatever stands before the host (a user, brackets) stays as written."""
    netloc = re.sub(r":\d+$", "", split.netloc)
    return split._replace(netloc=netloc if port is None else f"{netloc}:{port}").geturl()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
