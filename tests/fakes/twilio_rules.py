"""What Twilio and WhatsApp refuse, with their codes, and what a content with its variables comes out as."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FIELDS = {
    *("To", "From", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback", "ValidityPeriod"),
    *("PersistentAction", "MessagingServiceSid", "SmartEncoded", "ContentRetention", "AddressRetention"),
}
SHAPES = {
    "twilio/text": {"body"},
    "twilio/quick-reply": {"body", "actions"},
    "twilio/list-picker": {"body", "button", "items"},
}
_RECIPIENT = re.compile(r"whatsapp:(\+\d{8,15}|[A-Z]{2}\.\w{1,128})")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


class Refusal(Exception):
    """An error answer: Twilio's code and the HTTP status."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def parse_form(body: str) -> dict[str, str]:
    """The fields of a form. Twilio takes repeated ones for media; the bot sends one file a message."""
    pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
    refuse_if(len(dict(pairs)) < len(pairs), 20001)
    return dict(pairs)


def refuse_if(wrong: bool, code: int) -> None:
    if wrong:
        raise Refusal(code)


def check_message(form: Mapping[str, str], *, sender: str) -> None:
    """The fields of a message, before anybody looks at who it is for."""
    to, callback = form.get("To", ""), urlsplit(form.get("StatusCallback", "https://x.example"))
    refuse_if(not set(form) <= FIELDS, 20001)
    refuse_if(not to, 21604)
    refuse_if("From" not in form, 21603)
    refuse_if(form["From"] != sender, 63007)
    refuse_if(not to.startswith("whatsapp:"), 21910)
    refuse_if(not _RECIPIENT.fullmatch(to), 21211)
    refuse_if(not {"Body", "MediaUrl", "ContentSid"} & set(form), 21602)
    refuse_if("Body" in form and not form["Body"].strip(), 21602)
    refuse_if(len(form.get("Body", "")) > 1600, 21617)
    refuse_if(not form.get("MediaUrl", "https://x.example").startswith("https://"), 21620)
    refuse_if("_" in (callback.hostname or "_"), 21609)
    refuse_if(not 1 <= int(form.get("ValidityPeriod", "1")) <= 36000, 21625)


def check_content(content: dict[str, Any]) -> None:
    """What the Content API lets pass, of the types that we use; its fixed texts are short."""
    (kind, shape), *more = content["types"].items()
    refuse_if(bool(more) or set(shape) != SHAPES.get(kind), 20001)
    refuse_if("actions" in shape and not 1 <= len(shape["actions"]) <= 3, 20001)
    refuse_if("items" in shape and not 1 <= len(shape["items"]) <= 10, 20001)
    refuse_if(set(_VARIABLE.findall(json.dumps(shape))) != set(content.get("variables", {})), 20001)
    check_labels(shape, 20001)


def fill(shape: dict[str, Any], variables: str) -> dict[str, Any]:
    """The content as the person sees it."""
    values = _values(variables)
    wanted = set(_VARIABLE.findall(json.dumps(shape)))
    refuse_if(wanted != set(values), 63028)
    text = _VARIABLE.sub(lambda found: json.dumps(values[found[1]])[1:-1], json.dumps(shape))
    filled: dict[str, Any] = json.loads(text)
    refuse_if(not filled["body"].strip() or len(filled["body"]) > 1024, 63021)
    check_labels(filled, 63005)
    return filled


def check_labels(shape: Mapping[str, Any], code: int) -> None:
    """20, 24, 72 and 200 characters; no two buttons alike."""
    actions, items = shape.get("actions", ()), shape.get("items", ())
    titles = [each["title"] for each in actions]
    refuse_if(len(set(titles)) < len(titles), code)
    limits = [(title, 20) for title in [*titles, shape.get("button", "-")]]
    limits += [(each["item"], 24) for each in items]
    limits += [(each.get("description", "-"), 72) for each in items]
    limits += [(each["id"], 200) for each in [*actions, *items]]
    refuse_if(any(not 0 < len(text) <= limit for text, limit in limits), code)


def _values(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        raise Refusal(21656) from None
    if not isinstance(values, dict) or any(not isinstance(each, str) or not each for each in values.values()):
        raise Refusal(21656)
    return values
