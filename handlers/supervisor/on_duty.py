"""Who is on duty, where, how and since when; who should be and is not; which sector has nobody, now and next."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.duty_plan import PlannedShift, gaps
from bot.domain.roster import Roster, Shift
from bot.messages import Outgoing
from handlers import duty_words
from handlers.speaker import Speaker, button

AHEAD = timedelta(hours=24)
MOST_PEOPLE = 20
MOST_GAPS = 6
LATE_AFTER = timedelta(minutes=10)


def show(who: Speaker) -> None:
    """The shift at a glance."""
    t = who.t
    roster = who.tx.staff.roster(who.at)
    running = sorted((s for s in roster.shifts if s.covers(who.at)), key=lambda s: s.starts_at)
    planned = who.tx.plans.between(who.at, who.at + AHEAD)
    people = [_person(who, roster, shift) for shift in running if roster.officer(shift.person_id)]
    lines = people[:MOST_PEOPLE] or [t("Nadie en turno.")]
    if len(people) > MOST_PEOPLE:
        lines.append(t("Y {n} más.", n=len(people) - MOST_PEOPLE))
    lines += [
        *_nobody_now(who, roster),
        *_not_begun(who, roster, planned),
        *_nobody_next(who, running, planned),
    ]
    who.show(
        Outgoing(
            title=t("En turno · {when}", when=t.clock(who.at)),
            lines=tuple(lines),
            actions=(button(t("Estado"), "m.status"), button(t("Equipo"), "m.team")),
        )
    )


def _person(who: Speaker, roster: Roster, shift: Shift) -> str:
    """ "el oficial Dzul · Sector Norte · a pie · 10:00 a 19:00 · 2 casos · en pausa desde las 14:05"."""
    t = who.t
    officer = roster.officer(shift.person_id)
    cases = sum(not report.listed for report in who.tx.reports.handled_by(shift.person_id))
    parts = (
        officer.name if officer else "",
        duty_words.sectors(t, who.here, shift.sectors),
        duty_words.gets_about(t, shift.mode),
        t("{start} a {end}", start=t.clock(shift.starts_at), end=t.clock(shift.ends_at)),
        t.many("{n} caso", "{n} casos", cases) if cases else "",
        t("en pausa desde las {hour}", hour=t.clock(shift.paused_at)) if shift.paused_at else "",
    )
    return " · ".join(part for part in parts if part)


def _nobody_now(who: Speaker, roster: Roster) -> list[str]:
    """Sectors that no alert would reach anybody of."""
    every = who.here.municipality.territory.sectors
    empty = [sector.name for sector in every if not roster.hearing(who.at, (sector.slug,))]
    return [who.t("Sin nadie ahora: {names}", names=who.t.listing(empty))] if empty else []


def _not_begun(who: Speaker, roster: Roster, planned: list[PlannedShift]) -> list[str]:
    """Whose shift began on the roster, and not by their tap."""
    t = who.t
    there = {officer.badge for officer in roster.on_duty(who.at)}
    absent = [one for one in planned if one.starts_at + LATE_AFTER <= who.at and one.badge not in there]
    said = [f"{_name(who, one.badge)} ({t.clock(one.starts_at)})" for one in absent[:MOST_GAPS]]
    return [t("Les tocaba y no han iniciado: {names}", names=t.listing(said))] if said else []


def _name(who: Speaker, badge: str) -> str:
    slot = who.tx.staff.slot(badge)
    return slot.name if slot is not None else badge


def _nobody_next(who: Speaker, running: list[Shift], planned: list[PlannedShift]) -> list[str]:
    """What the roster leaves open in the next hours; without a roster, that nobody knows."""
    t = who.t
    coming = [one for one in planned if one.starts_at > who.at]
    if not coming:
        return [t("No hay rol cargado para las próximas 24 horas.")]
    covered = [(s.sectors, s.starts_at, s.ends_at) for s in running]
    covered += [(_where(who, one), one.starts_at, one.ends_at) for one in coming]
    territory = who.here.municipality.territory
    found = gaps([s.slug for s in territory.sectors], covered, who.at, who.at + AHEAD)
    later = [gap for gap in found if gap.starts_at > who.at][:MOST_GAPS]
    return [
        t(
            "Sin nadie después: {name}, {start} a {end}",
            name=duty_words.sectors(t, who.here, (gap.sector,)),
            start=t.moment(gap.starts_at),
            end=t.hour(gap.ends_at),
        )
        for gap in later
    ]


def _where(who: Speaker, one: PlannedShift) -> tuple[str, ...]:
    """Its sectors, or those of the place in the staff."""
    member = who.here.municipality.member(one.badge)
    return one.sectors or (member.sectors if member else ())
