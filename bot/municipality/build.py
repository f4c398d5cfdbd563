"""From sound forms to domain values; nothing is judged here any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.closing import Phrase, Phrases
from bot.domain.concern import ConcernKind, KindGroup, Kinds, Priority
from bot.domain.promise import Rules
from bot.domain.questions import AnswerOption, FollowUp
from bot.domain.referral import ReferralRules
from bot.domain.rotation import Rules as RoundRules
from bot.domain.service_level import (
    DutyHours,
    HumanDesk,
    Ladder,
    LadderStep,
    Limits,
    OpenHours,
    ServiceLevel,
)
from bot.domain.territory import Colonia, Locator, Neighbour, Point, Sector, Territory
from bot.municipality import forms
from bot.municipality.municipality import (
    ANONYMOUS_TIPS,
    EMERGENCY,
    ChatLinks,
    Contact,
    Directory,
    MessageTemplate,
    NamedList,
    Privacy,
    StaffMember,
)

EVERY_DAY = tuple(range(7))


def point(form: forms.PointForm) -> Point:
    """Degrees."""
    return Point(form.lat, form.lon)


def colonia(form: forms.ColoniaForm) -> Colonia:
    """A row of colonias.yaml."""
    return Colonia(
        slug=form.slug,
        name=form.name,
        aliases=tuple(form.aliases),
        point=point(form.point) if form.point else None,
        precision_m=form.precision_m,
        postal_code=form.postal_code or "",
        locality=form.locality,
        pilot=form.pilot,
        ambiguous=form.ambiguous,
    )


def sector(form: forms.SectorForm) -> Sector:
    """A row of sectores.yaml; what nobody confirmed is not told."""
    confirmed = form.confirmed_on is not None
    return Sector(
        slug=form.slug,
        name=form.name,
        colonias=tuple(form.colonias),
        phone=(form.phone or "") if confirmed else "",
        hours=form.hours if confirmed else "",
        confirmed_on=form.confirmed_on.isoformat() if form.confirmed_on else "",
        example=form.example,
        central_desk=form.central_desk,
    )


def neighbour(form: forms.NeighbourForm) -> Neighbour:
    """A row of `vecinos`."""
    return Neighbour(
        name=form.name,
        responsible=form.responsible,
        aliases=tuple(form.aliases),
        point=point(form.point) if form.point else None,
        reach_m=form.reach_km * 1000.0,
    )


def territory(
    town: forms.MunicipalityForm,
    colonias: forms.ColoniasForm,
    sectors: forms.SectorsForm,
    colonias_by_polygon: Locator | None,
    sectors_by_polygon: Locator | None,
) -> Territory:
    """All places and whose they are."""
    return Territory(
        name=town.name,
        colonias=tuple(colonia(row) for row in colonias.colonias),
        sectors=tuple(sector(row) for row in sectors.sectors),
        centre=point(town.centre),
        nearest_within_m=town.nearest_within_m,
        neighbours=tuple(neighbour(row) for row in town.neighbours),
        outside_answer=town.outside_answer,
        locate_by_polygon=colonias_by_polygon,
        sectors_by_polygon=sectors_by_polygon,
    )


def kind(form: forms.KindForm) -> ConcernKind:
    """A row of asuntos.yaml."""
    return ConcernKind(
        slug=form.slug,
        name=form.name,
        short=form.short,
        group=form.group,
        description=form.description,
        emoji=form.emoji,
        priority=form.priority,
        confidentiality=form.confidentiality,
        named_list=form.named_list,
        asks_photo=form.photo,
        offices=tuple(form.offices),
        claim_within=form.deadlines.claim_within,
        close_within=form.deadlines.close_within,
        tips=tuple(form.tips),
        name_en=form.name_en,
        short_en=form.short_en,
        radius_m=form.radius_m,
        same_within=timedelta(days=form.same_days),
        diary=form.diary,
        useful=tuple((row.short, row.text) for row in form.useful),
        high_risk=form.high_risk,
        answers_checked=form.answers_checked,
        mediated=form.mediated,
    )


def kinds(form: forms.KindsForm) -> Kinds:
    """All kinds behind their rows."""
    groups = (
        KindGroup(slug=row.slug, label=row.label, description=row.description, label_en=row.label_en)
        for row in form.groups
    )
    return Kinds(groups=tuple(groups), kinds=tuple(kind(row) for row in form.kinds))


def question(form: forms.QuestionForm) -> FollowUp:
    """A question of a kind."""
    options = (
        AnswerOption(
            slug=slug,
            label=label,
            label_en=form.options_en.get(slug, ""),
            priority=form.priority_if.get(slug),
            because=form.because.get(slug, ""),
            named_list=form.list_if.get(slug, ""),
            told_by=tuple(form.told_by.get(slug, ())),
        )
        for slug, label in form.options.items()
    )
    return FollowUp(
        slug=form.slug,
        text=form.text,
        text_en=form.text_en,
        options=tuple(options),
        when={earlier: tuple(answers) for earlier, answers in form.when.items()},
        told_when=tuple(form.told_when),
    )


def questions(form: forms.KindsForm) -> dict[str, tuple[FollowUp, ...]]:
    """The questions of each kind, in their order."""
    return {row.slug: tuple(question(q) for q in row.questions) for row in form.kinds}


def phrase(form: forms.PhraseForm) -> Phrase:
    """A ready sentence for closing."""
    return Phrase(form.label, form.text, form.ending)


def phrases(form: forms.KindsForm) -> Phrases:
    """The ready sentences of every kind, and those that fit any."""
    by_kind = {row.slug: tuple(map(phrase, row.phrases)) for row in form.kinds if row.phrases}
    return Phrases(tuple(map(phrase, form.phrases)), by_kind)


def contact(form: forms.ContactForm) -> Contact:
    """A row of directorio.yaml."""
    return Contact(
        slug=form.slug,
        name=form.name,
        short=form.short or form.name[:24],
        number=form.number or "",
        purpose=form.purpose,
        hours=form.hours,
        cost=form.cost,
        source=form.source,
        confirmed_by=form.confirmed_by,
        confirmed_on=form.confirmed_on,
        public=form.public,
        kinds=tuple(form.show_beside),
        email=form.email,
        chat=form.chat,
    )


def directory(form: forms.DirectoryForm) -> Directory:
    """911 and 089 first, then what the municipality wrote."""
    return Directory((EMERGENCY, ANONYMOUS_TIPS, *(contact(row) for row in form.contacts)))


def named_lists(form: forms.ListsForm) -> dict[str, NamedList]:
    """Who hears of what is confidential."""
    rows = (NamedList(slug=row.slug, name=row.name, badges=tuple(row.badges)) for row in form.lists)
    return {row.slug: row for row in rows}


def staff(form: forms.StaffForm, lists: Iterable[NamedList]) -> tuple[StaffMember, ...]:
    """The people, each with the lists on which they stand."""
    lists = tuple(lists)
    return tuple(
        StaffMember(
            badge=row.badge,
            name=row.name,
            role=row.role,
            sectors=tuple(row.sectors),
            lists=tuple(one.slug for one in lists if row.badge in one.badges),
            example=row.example,
        )
        for row in form.staff
    )


def ladders(rows: Iterable[forms.LadderForm]) -> dict[Priority, Ladder]:
    """The ladder of each priority."""
    return {
        priority: Ladder(tuple(LadderStep(step.after, step.who) for step in row.steps))
        for row in rows
        for priority in row.priorities
    }


def desk(form: forms.DeskForm) -> HumanDesk:
    """When and where a person answers."""
    hours = (OpenHours(days=tuple(row.days), opens=row.opens, closes=row.closes) for row in form.hours)
    return HumanDesk(
        hours=tuple(hours), hours_text=form.hours_text, phone=form.phone or "", usual_wait=form.usual_wait
    )


def service(form: forms.ServiceForm) -> ServiceLevel:
    """Everything that is counted."""
    quiet = form.quiet
    return ServiceLevel(
        ladders=ladders(form.ladders),
        listed_ladders=ladders(form.listed_ladders),
        duty=DutyHours(
            handovers=tuple(form.duty.handovers),
            shortest=form.duty.shortest,
            length=form.duty.length,
            warn_before=form.duty.warn_before,
            sign_within=form.duty.sign_within,
            early=form.duty.early,
            absent_after=form.duty.absent_after,
            longest_pause=form.duty.longest_pause,
        ),
        desk=desk(form.desk),
        quiet=OpenHours(days=EVERY_DAY, opens=quiet.opens, closes=quiet.closes) if quiet else None,
        question_expires=form.question_expires,
        draft_lives=form.draft_lives,
        reopen_within=form.reopen_within,
        remind_officer_after=form.remind_officer_after,
        promises=Rules(**form.promises.model_dump()),
        referrals=ReferralRules(
            chase_after=tuple(form.referrals.chase_after), expires_after=form.referrals.expires_after
        ),
        rounds=RoundRules(**form.rounds.model_dump()),
        outside_hours_text=form.outside_hours,
        first_heard=form.first_heard,
        danger_radius_m=form.danger_radius_m,
        limits=Limits(**form.limits.model_dump()),
    )


def links(form: forms.LinksForm) -> ChatLinks:
    """Where residents find the assistant."""
    return ChatLinks(telegram=form.telegram, whatsapp=form.whatsapp or "")


def privacy(form: forms.PrivacyForm) -> Privacy:
    """Who answers for the data."""
    return Privacy(**form.model_dump())


def templates(form: forms.TemplatesForm) -> dict[str, MessageTemplate]:
    """The WhatsApp texts by name."""
    return {
        row.name: MessageTemplate(
            name=row.name,
            text=row.text,
            content_sid=row.content_sid,
            category=row.category,
            language=row.language,
            variables=tuple(row.variables),
        )
        for row in form.templates
    }
