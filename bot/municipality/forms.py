"""The files as written: one model a file, one a row. What each field means: docs/configuracion.md."""

from __future__ import annotations

import re
from datetime import time, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.closing import MOST as MOST_PHRASES
from bot.domain.concern import Confidentiality, Priority
from bot.domain.report import Disposition
from bot.domain.roster import Role
from bot.domain.service_level import Hearer
from bot.municipality import fields as f
from bot.municipality.words import WORDS

TEMPLATE_VARIABLE = re.compile(r"\{\{\d+\}\}")
BRACES = re.compile(r"\{\w+\}")


class Form(BaseModel):
    """Unknown fields are errors; what a value is, is never guessed (a number is not a text)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=WORDS.__getitem__)


class PointForm(Form):
    """Degrees, WGS84."""

    lat: float
    lon: float

    @model_validator(mode="after")
    def stands_in_mexico(self) -> PointForm:
        """The usual slip is to swap them; then the point lies in Antarctica."""
        if 14 <= self.lon <= 33 and -119 <= self.lat <= -86:
            raise f.wrong("la latitud y la longitud parecen estar al revés")
        if not (14 <= self.lat <= 33 and -119 <= self.lon <= -86):
            raise f.wrong("el punto no está en México")
        return self


class PrivacyForm(Form):
    responsible: f.Name
    address: str
    notice_version: f.Name
    notice_date: f.Day
    link: str = ""
    contact: str = ""


class LinksForm(Form):
    telegram: str = Field(default="", pattern=r"^([A-Za-z][A-Za-z0-9_]{3,30}[A-Za-z0-9])?$")
    whatsapp: f.Phone | None = None


class NeighbourForm(Form):
    name: f.Name
    responsible: f.Name
    aliases: list[str] = Field(default=[])
    point: PointForm | None = None
    reach_km: int = Field(default=30, ge=1, le=300)


class MunicipalityForm(Form):
    """municipio.yaml"""

    name: f.Name
    programme: f.Name
    language: Literal["es"] = "es"
    time_zone: f.Zone
    sector_word: Literal["sector", "cuadrante"] = "sector"
    example: f.Flag = False
    centre: PointForm
    nearest_within_m: int = Field(default=1500, ge=100, le=50_000)
    outside_answer: str = Field(default="", max_length=500)
    neighbours: list[NeighbourForm] = Field(default=[])
    links: LinksForm = LinksForm()
    privacy: PrivacyForm


class ColoniaForm(Form):
    slug: f.Slug
    name: f.Name
    kind: str = ""
    postal_code: f.PostalCode | None = None
    locality: str = ""
    aliases: list[str] = Field(default=[])
    point: PointForm | None = None
    precision_m: int | None = Field(default=None, ge=1, le=100_000)
    pilot: f.Flag = False
    ambiguous: str = Field(default="", max_length=160)


class ColoniasForm(Form):
    """colonias.yaml"""

    colonias: list[ColoniaForm] = Field(min_length=1)


class SectorForm(Form):
    slug: f.Slug
    name: f.Name
    colonias: list[str] = Field(default=[])
    phone: f.Phone | None = None
    hours: str = ""
    confirmed_by: str = ""
    confirmed_on: f.Day | None = None
    central_desk: f.Flag = False
    example: f.Flag = False


class SectorsForm(Form):
    """sectores.yaml"""

    sectors: list[SectorForm] = Field(min_length=1)


class MemberForm(Form):
    badge: f.Name
    name: f.Name
    role: Annotated[Role, f.one_of(f.ROLES)]
    sectors: list[str] = Field(default=[])
    example: f.Flag = False


class StaffForm(Form):
    """personal.yaml"""

    staff: list[MemberForm] = Field(min_length=1)


class ListForm(Form):
    slug: f.Slug
    name: f.Name
    badges: list[str]


class ListsForm(Form):
    """listas.yaml"""

    lists: list[ListForm]


class GroupForm(Form):
    slug: f.Slug
    label: str = Field(min_length=1, max_length=24)
    description: str = Field(default="", max_length=72)
    label_en: str = Field(default="", max_length=24)


class DeadlinesForm(Form):
    claim_within: f.Duration | None = None
    close_within: f.Duration | None = None


class QuestionForm(Form):
    slug: f.Slug
    text: str = Field(min_length=1, max_length=300)
    text_en: str = Field(default="", max_length=300)
    options: dict[str, Annotated[str, Field(min_length=1, max_length=20)]] = Field(default={}, max_length=10)
    options_en: dict[str, Annotated[str, Field(min_length=1, max_length=20)]] = Field(default={})
    when: dict[str, f.Slugs] = Field(default={})
    priority_if: dict[str, Annotated[Priority, f.one_of(f.PRIORITIES)]] = Field(default={})
    because: dict[str, Annotated[str, Field(min_length=1, max_length=60)]] = Field(default={})
    list_if: dict[str, str] = Field(default={})
    told_by: dict[str, list[Annotated[str, Field(min_length=2, max_length=60)]]] = Field(default={})
    told_when: list[Annotated[str, Field(min_length=2, max_length=60)]] = Field(default=[])


class UsefulForm(Form):
    short: str = Field(min_length=1, max_length=20)
    text: str = Field(min_length=1, max_length=300)


class PhraseForm(Form):
    label: str = Field(min_length=1, max_length=20)
    text: str = Field(min_length=3, max_length=300)
    ending: Annotated[Disposition, f.one_of(f.ENDINGS)] = Disposition.ATTENDED


class KindForm(Form):
    slug: f.Slug
    name: f.Name
    short: str = Field(min_length=1, max_length=20)
    description: str = Field(default="", max_length=72)
    group: str
    emoji: str = Field(default="", max_length=8)
    priority: Annotated[Priority, f.one_of(f.PRIORITIES)]
    confidentiality: Annotated[Confidentiality, f.one_of(f.CONFIDENTIALITY)] = Confidentiality.NORMAL
    named_list: str = ""
    photo: f.Flag = True
    offices: list[str] = Field(default=[])
    deadlines: DeadlinesForm = DeadlinesForm()
    tips: list[str] = Field(default=[])
    name_en: str = Field(default="", max_length=80)
    short_en: str = Field(default="", max_length=20)
    radius_m: int = Field(default=150, ge=10, le=5000)
    same_days: int = Field(default=7, ge=0, le=90)
    diary: f.Flag = False
    useful: list[UsefulForm] = Field(default=[], max_length=2)
    high_risk: f.Flag = False
    answers_checked: f.Flag = False
    mediated: f.Flag = False
    questions: list[QuestionForm] = Field(default=[], max_length=3)
    phrases: list[PhraseForm] = Field(default=[], max_length=MOST_PHRASES)


class KindsForm(Form):
    """asuntos.yaml"""

    groups: list[GroupForm] = Field(min_length=1, max_length=10)
    phrases: list[PhraseForm] = Field(default=[], max_length=MOST_PHRASES)
    kinds: list[KindForm] = Field(min_length=1)


class ContactForm(Form):
    slug: f.Slug
    name: f.Name
    short: str = Field(default="", max_length=24)
    number: f.Dialled | None = None
    purpose: str = ""
    hours: str = ""
    cost: str = ""
    source: str = ""
    confirmed_by: str = ""
    confirmed_on: f.Day | None = None
    public: f.Flag = True
    show_beside: list[str] = Field(default=[])
    email: str = Field(default="", pattern=r"^([\w.+-]+@[\w-]+(\.[\w-]+)+)?$", max_length=120)
    chat: str = Field(default="", pattern=r"^(telegram:-?[0-9]{3,20}|whatsapp:\+[0-9]{8,15})?$")
    example: f.Flag = False


class DirectoryForm(Form):
    """directorio.yaml"""

    contacts: list[ContactForm]


class StepForm(Form):
    after: f.Duration
    who: Annotated[Hearer, f.one_of(f.HEARERS)]


class LadderForm(Form):
    priorities: list[Annotated[Priority, f.one_of(f.PRIORITIES)]] = Field(min_length=1)
    steps: list[StepForm] = Field(min_length=1, max_length=10)


class DutyForm(Form):
    handovers: list[f.Hour] = Field(default=[])
    shortest: f.Duration
    length: f.Duration
    warn_before: f.Duration
    sign_within: f.Duration = timedelta(hours=2)
    early: f.Duration = timedelta(hours=2)
    absent_after: f.Duration = timedelta(minutes=20)
    longest_pause: f.Duration = timedelta(hours=1)


class OpenForm(Form):
    days: list[Annotated[int, f.one_of(f.DAYS)]] = Field(min_length=1)
    opens: f.Hour
    closes: f.Hour


class QuietForm(Form):
    opens: f.Hour
    closes: f.Hour


class DeskForm(Form):
    hours: list[OpenForm] = Field(default=[])
    hours_text: str = ""
    phone: f.Phone | None = None
    usual_wait: f.Duration


class PromisesForm(Form):
    remind_before: f.Duration = timedelta(hours=1)
    grace: f.Duration = timedelta(minutes=30)
    furthest: f.Duration = timedelta(days=30)


class ReferralsForm(Form):
    chase_after: list[f.Duration] = Field(
        default=[timedelta(days=3), timedelta(days=7), timedelta(days=14)], max_length=6
    )
    expires_after: f.Duration = timedelta(days=30)

    @model_validator(mode="after")
    def ends_after_the_last_reminder(self) -> ReferralsForm:
        """Each reminder later than the one before, and all before the link expires."""
        ends = [*self.chase_after, self.expires_after]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise f.wrong("cada recordatorio debe ser más tarde que el anterior, y todos antes de que venza")
        return self


class RoundsForm(Form):
    a_week: int = Field(default=5, ge=1, le=7)
    tell_at: f.Hour = time(18)
    after_at: f.Hour = time(10)


class LimitsForm(Form):
    messages_a_minute: int = Field(default=20, ge=0, le=1000)
    files_an_hour: int = Field(default=20, ge=0, le=1000)
    reports_an_hour: int = Field(default=3, ge=0, le=1000)
    reports_a_day: int = Field(ge=0, le=1000)
    reports_an_hour_in_all: int = Field(default=1000, ge=0, le=1_000_000)
    acts_an_hour: int = Field(default=120, ge=0, le=10_000)
    review_within: f.Duration = timedelta(hours=4)
    longest_pause: f.Duration = timedelta(days=30)
    pin_tries: int = Field(default=5, ge=3, le=10)
    pin_remembered: f.Duration = timedelta(minutes=15)
    wrong_folios: int = Field(ge=1, le=100)


class ServiceForm(Form):
    """servicio.yaml"""

    ladders: list[LadderForm]
    listed_ladders: list[LadderForm]
    duty: DutyForm
    desk: DeskForm
    quiet: QuietForm | None = None
    question_expires: f.Duration
    draft_lives: f.Duration
    reopen_within: f.Duration
    remind_officer_after: f.Duration
    promises: PromisesForm = PromisesForm()
    referrals: ReferralsForm = ReferralsForm()
    first_heard: int = Field(default=0, ge=0, le=50)
    rounds: RoundsForm = RoundsForm()
    danger_radius_m: int = Field(ge=50, le=5000)
    outside_hours: str = Field(min_length=1, max_length=500)
    limits: LimitsForm


class TemplateForm(Form):
    name: f.Slug
    text: str = Field(min_length=1, max_length=1024)
    category: Literal["utility", "authentication", "marketing"] = "utility"
    language: str = "es_MX"
    variables: list[str] = Field(default=[])
    content_sid: str = Field(default="", pattern=r"^(HX[0-9a-f]{32})?$")


class TemplatesForm(Form):
    """plantillas.yaml"""

    templates: list[TemplateForm] = Field(default=[])


class TextsForm(Form):
    """textos.yaml"""

    texts: dict[str, str] = Field(default={})


FILES: dict[str, type[Form]] = {
    "municipio.yaml": MunicipalityForm,
    "colonias.yaml": ColoniasForm,
    "sectores.yaml": SectorsForm,
    "personal.yaml": StaffForm,
    "listas.yaml": ListsForm,
    "asuntos.yaml": KindsForm,
    "directorio.yaml": DirectoryForm,
    "servicio.yaml": ServiceForm,
    "plantillas.yaml": TemplatesForm,
    "textos.yaml": TextsForm,
}
NAMES = {form: name for name, form in FILES.items()}
OPTIONAL = ("plantillas.yaml", "textos.yaml")
