"""A municipality as the bot knows it: everything that its staff wrote, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.domain.closing import Phrases
from bot.domain.concern import ConcernKind, Kinds
from bot.domain.questions import FollowUp
from bot.domain.roster import Role
from bot.domain.service_level import ServiceLevel
from bot.domain.territory import Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """Who answers for the data, and which notice is in force."""

    responsible: str
    address: str
    notice_version: str
    notice_date: date
    link: str = ""
    contact: str = ""  # of the transparency unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A number or an office of the directory."""

    slug: str
    name: str
    short: str = ""  # at most 24 characters: a row
    number: str = ""  # as it is dialled; "" while nobody gave it
    purpose: str = ""
    hours: str = ""
    cost: str = ""
    source: str = ""
    confirmed_by: str = ""
    confirmed_on: date | None = None
    public: bool = True
    kinds: tuple[str, ...] = ()  # shown beside reports of these kinds
    email: str = ""  # where what is referred to them may be sent by hand; never told to residents
    chat: str = ""  # "telegram:<id>": where we send it ourselves; "whatsapp:+52...": written to by hand
    built_in: bool = False

    @property
    def whatsapp(self) -> str:
        """The digits of its WhatsApp, or nothing."""
        return self.chat.removeprefix("whatsapp:+") if self.chat.startswith("whatsapp:") else ""

    @property
    def shown(self) -> bool:
        """Only a confirmed number is told to anybody; 911 and 089 are."""
        return bool(self.number) and (self.built_in or self.confirmed_on is not None)


EMERGENCY = Contact(
    slug="911",
    name="Emergencias",
    number="911",
    purpose="Peligro ahora: policía, ambulancia, bomberos, rescate, violencia en casa",
    hours="las 24 horas",
    cost="gratis, desde cualquier teléfono",
    built_in=True,
)
ANONYMOUS_TIPS = Contact(
    slug="089",
    name="Denuncia anónima",
    number="089",
    purpose="Extorsión y datos de un delito que no está pasando ahora; da un folio y no registra su número",
    hours="las 24 horas",
    cost="gratis",
    built_in=True,
)


@dataclass(frozen=True, slots=True)
class Directory:
    """All numbers and offices; 911 and 089 always stand first."""

    contacts: tuple[Contact, ...]

    def get(self, slug: str) -> Contact | None:
        """The contact of that slug, shown or not."""
        return next((contact for contact in self.contacts if contact.slug == slug), None)

    def public(self) -> tuple[Contact, ...]:
        """What anybody may be told."""
        return tuple(contact for contact in self.contacts if contact.shown and contact.public)

    def beside(self, kind: str) -> tuple[Contact, ...]:
        """What is told beside a report of that kind."""
        return tuple(contact for contact in self.contacts if contact.shown and kind in contact.kinds)

    def offices_of(self, kind: ConcernKind) -> tuple[Contact, ...]:
        """Where reports of that kind are usually referred to, with or without a number."""
        found = (self.get(slug) for slug in kind.offices)
        return tuple(contact for contact in found if contact is not None)

    def referable(self, kind: ConcernKind) -> tuple[Contact, ...]:
        """All offices, the usual ones for the kind first; then who can be written to, and help lines for other kinds last."""
        usual = self.offices_of(kind)
        others = [one for one in self.contacts if one not in usual and not one.built_in]
        others.sort(
            key=lambda one: (bool(one.kinds) and kind.slug not in one.kinds, not (one.email or one.chat))
        )
        return (*usual, *others)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Somebody whom the municipality expects; an `Officer` once enrolled and approved."""

    badge: str
    name: str  # as residents may hear it
    role: Role = Role.OFFICER
    sectors: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """Who is told of a confidential kind, in the order in which they hear."""

    slug: str
    name: str
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """An approved WhatsApp text for outside the 24-hour window."""

    name: str
    text: str  # {{1}}, {{2}} stand for the variables
    content_sid: str = ""  # "" until it is approved
    category: str = "utility"
    language: str = "es_MX"
    variables: tuple[str, ...] = ()  # what each one means, with an example: Meta asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLinks:
    """Where residents find the assistant: what a QR or a poster leads to. Empty: that network is not used."""

    telegram: str = ""  # the bot's name, without @
    whatsapp: str = ""  # ten digits

    def of_telegram(self, payload: str) -> str:
        """Opens the chat and hands the payload over; nothing where there is no such bot."""
        return f"https://t.me/{self.telegram}?start={payload}" if self.telegram else ""

    def of_whatsapp(self, text: str) -> str:
        """Opens the chat with the words written; nothing where there is no such number."""
        digits = "".join(sign for sign in self.whatsapp if sign.isdigit())
        return f"https://wa.me/52{digits}?text={quote(text)}" if digits else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """Everything that its staff decided, read once."""

    name: str
    programme: str
    language: str
    time_zone: ZoneInfo
    sector_word: str  # "sector" or "cuadrante"
    example: bool  # fictional people and sectors: shown as such
    privacy: Privacy
    territory: Territory
    kinds: Kinds
    questions: Mapping[str, tuple[FollowUp, ...]]  # by kind
    phrases: Phrases
    directory: Directory
    staff: tuple[StaffMember, ...]
    lists: Mapping[str, NamedList]
    service: ServiceLevel
    templates: Mapping[str, MessageTemplate]
    texts: Mapping[str, str]  # msgid -> own words
    content: Mapping[tuple[str, str], str] = field(default_factory=dict)  # language and name -> own long text
    links: ChatLinks = ChatLinks()
    lexicon: Path | None = None  # folder of its own words for triage

    def member(self, badge: str) -> StaffMember | None:
        """The person with that badge."""
        return next((member for member in self.staff if member.badge == badge), None)

    def list_of(self, kind: ConcernKind) -> NamedList | None:
        """Who hears of a confidential kind."""
        return self.lists.get(kind.named_list)
