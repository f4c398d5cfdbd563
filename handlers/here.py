"""Where we are: the municipality, its words, and what a turn needs besides the store. Read-only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.concern import ConcernKind
from bot.domain.patrol import Chance
from bot.domain.territory import Place
from bot.messages import Address, Capabilities
from bot.municipality.map_links import PlaceReader
from bot.municipality.municipality import Municipality
from bot.municipality.places import ColoniaFinder
from bot.texts import Texts, language
from bot.tokens import Tokens
from bot.triage import Triage
from handlers.pace import Pace
from handlers.standing import Flows

OTHER = "otro"  # what fits no kind: a person reads it

_OTHER_KIND = ConcernKind(
    slug=OTHER,
    name="Otro asunto",
    short="Otro asunto",
    group="",
    emoji="📝",
    name_en="Something else",
    short_en="Other",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Here:
    """Everything that is the same for all turns of a process."""

    municipality: Municipality
    finder: ColoniaFinder
    pins: PlaceReader
    triage: Triage
    texts: Mapping[str, Texts]  # by language
    tokens: Tokens
    new_id: Callable[[], str]  # 32 random characters
    short_id: Callable[[], str]  # 12 random characters, for talks
    chance: Chance  # from 0 to below; the demonstration draws the same each time
    folio_number: Callable[[], int]
    code: Callable[[], str]  # ten characters for enrolment
    check_number: Callable[[], str]  # four digits
    capabilities_of: Callable[[Address], Capabilities]
    secret: Callable[[], str]  # 43 characters that nobody guesses, for links
    public_url: str = ""  # https, as others see us; "": there are no links to us
    pace: Pace = field(default_factory=Pace)
    flows: Flows = field(default_factory=Flows)

    def t(self, locale: str) -> Texts:
        """The texts in a person's language."""
        return self.texts[language(locale)]

    def kind(self, slug: str) -> ConcernKind:
        """A kind by its slug; one that the municipality took off its list is shown by its slug."""
        known = _OTHER_KIND if slug == OTHER else self.municipality.kinds.get(slug)
        return known or ConcernKind(slug=slug, name=slug, short=slug[:20], group="")

    def place_line(self, place: Place, *, exact: bool = True) -> str:
        """A place in words: the colonia, and the street when the reader may know it."""
        colonia = self.municipality.territory.colonia(place.colonia)
        street = place.street if exact else ""
        return ", ".join(part for part in (f"Col. {colonia.name}" if colonia else "", street) if part)

    def colonia_name(self, slug: str) -> str:
        """The name of a colonia, or nothing."""
        colonia = self.municipality.territory.colonia(slug)
        return colonia.name if colonia else ""
