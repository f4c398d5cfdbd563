"""The shift in one card that reads in twenty seconds: what was handed over, promised, owed, and in which order."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.handover import Handover
from bot.domain.report import Report
from bot.domain.roster import Shift
from bot.domain.route import Stop, street_order
from bot.domain.territory import Point
from bot.messages import Attachment, Outgoing
from bot.texts import Texts
from handlers import duty_words, thanks_words
from handlers.desk import handover as desk
from handlers.desk import places
from handlers.desk.reports import waiting_in
from handlers.officer import cards, walking
from handlers.speaker import Speaker, button

MOST_SHOWN = 6  # reports named in the card; the rest is in the list
MOST_HANDOVERS = 2
MOST_CARE = 2  # dangers first, then what comes back
SHOWN_NOTE = 120  # characters of a written note
DIRECTIONS = "https://www.google.com/maps/dir/?api=1&travelmode=walking&destination={last}&waypoints={others}"


def _thanked(who: Speaker) -> list[str]:
    """What residents said while nobody could be told."""
    n = who.tx.thanks.tell(who.person.id, who.at)
    return [thanks_words.waiting_line(who.t, n)] if n else []


def started(who: Speaker, shift: Shift) -> Outgoing:
    """What who comes in has to know."""
    t = who.t
    left = desk.waiting_for(who.tx, who.me, who.at)
    in_hand = who.tx.reports.handled_by(who.person.id)
    waiting = waiting_in(who.tx, shift.sectors)
    ordered = in_order([*in_hand, *waiting])
    lines = [_until(who, shift), *_thanked(who)]
    for one in left[:MOST_HANDOVERS]:
        lines += handed_over(who, one)
    if len(left) > MOST_HANDOVERS:
        lines.append(t("Y {n} entregas más.", n=len(left) - MOST_HANDOVERS))
    lines += [
        *_promised(who, shift),
        *_counts(who, in_hand, waiting),
        *_owed(who, shift),
        *_care(who, shift),
        *_walks(who, shift),
        *_wanted(who, shift),
    ]
    lines += [f"{n}. {_short(who, one)}" for n, one in enumerate(ordered[:MOST_SHOWN], 1)]
    mine = [r for r in ordered if r.handler_id == who.person.id and cards.place_open(who, r)]
    route = directions([r.place.point for r in mine if r.place.point])
    if route:
        lines.append(t("Ruta de los suyos: {link}", link=route))
    received = (button(t("Recibido"), "received.", "primary"),) if left else ()
    rows = tuple(cards.row(who, report) for report in ordered[:8])
    usual = (
        () if rows else (button(t("Terminar turno"), "m.end_shift"), button(t("Mis pendientes"), "m.pending"))
    )
    return Outgoing(
        lines=tuple(lines),
        rows=rows,
        rows_label=t("Ver reportes"),
        actions=(*received, *usual),
        attachments=tuple(file for one in left[:MOST_HANDOVERS] for file in _spoken(who, one)),
        protected=True,
    )


def _until(who: Speaker, shift: Shift) -> str:
    t = who.t
    mode = duty_words.gets_about(t, shift.mode)
    until = t("En turno hasta las {hour}", hour=t.clock(shift.ends_at)) + (f", {mode}" if mode else "")
    if set(shift.sectors) == set(who.me.sectors):
        return t("{until}. Le llegan los avisos de su sector.", until=until)
    of_sectors = t.of(duty_words.sector_names(who.here, shift.sectors))
    return t("{until}. Le llegan los avisos {of_sectors}.", until=until, of_sectors=of_sectors)


def in_order(reports: list[Report]) -> list[Report]:
    """The urgent first, then as one walks."""
    by_id = {report.id: report for report in reports}
    stops = [
        Stop(key=r.id, urgent=r.priority.urgent, point=r.place.point, colonia=r.place.colonia)
        for r in reports
    ]
    return [by_id[stop.key] for stop in street_order(stops)]


def directions(points: list[Point]) -> str:
    """A link that opens the walk in a map, for what is in one's own hands; nothing for a single place."""
    if len(points) < 2:
        return ""
    *others, last = [f"{point.lat:.5f},{point.lon:.5f}" for point in points[:9]]
    return DIRECTIONS.format(last=last, others="%7C".join(others))


MOVED = ("ReportClaimed", "ReportClosed", "ReportReferred")


def moved(t: Texts, one: Handover) -> str:
    """ "3 tomados, 2 cerrados"."""
    words = (
        t.many("{n} tomado", "{n} tomados", one.moved.get("ReportClaimed", 0)),
        t.many("{n} cerrado", "{n} cerrados", one.moved.get("ReportClosed", 0)),
        t.many("{n} canalizado", "{n} canalizados", one.moved.get("ReportReferred", 0)),
    )
    said = [word for word, kind in zip(words, MOVED, strict=True) if one.moved.get(kind)]
    return ", ".join(said) or t("sin movimiento")


def leaves(t: Texts, one: Handover) -> str:
    """ "2 en sus manos, 3 sin tomar, 1 promesa"."""
    words = (
        (len(one.left), t.many("{n} en sus manos", "{n} en sus manos", len(one.left))),
        (one.waiting, t.many("{n} sin tomar", "{n} sin tomar", one.waiting)),
        (one.promised, t.many("{n} promesa", "{n} promesas", one.promised)),
    )
    return ", ".join(word for n, word in words if n) or t("nada pendiente")


def handed_over(who: Speaker, one: Handover) -> list[str]:
    """One hand-over in two lines."""
    t = who.t
    leaver = who.tx.staff.officer(one.person_id)
    name = leaver.name if leaver else t("otra persona")
    line = t(
        "Entregó {name} ({hour}): {moved}; queda: {left}.",
        name=name,
        hour=t.clock(one.at),
        moved=moved(t, one),
        left=leaves(t, one),
    )
    note = f"{one.note[:SHOWN_NOTE]}…" if len(one.note) > SHOWN_NOTE else one.note
    spoken = [t("🎤 Hay nota de voz.")] if one.media_id else []
    return [line, *([f"«{note}»"] if note else []), *spoken]


def _spoken(who: Speaker, one: Handover) -> list[Attachment]:
    file = who.tx.media.get(one.media_id) if one.media_id else None
    return [cards.attachment(file)] if file is not None and file.state == "kept" else []


def _promised(who: Speaker, shift: Shift) -> list[str]:
    today = [p for p in who.tx.promises.open(shift.sectors) if p.window.due_at - who.at < timedelta(days=1)]
    if not today:
        return []
    first = who.t.clock(today[0].window.due_at)
    return [who.t("Promesas de hoy: {n}; la primera, {hour}.", n=len(today), hour=first)]


def _counts(who: Speaker, in_hand: list[Report], waiting: list[Report]) -> list[str]:
    t = who.t
    if not waiting:
        return [t("En sus manos: {n}", n=len(in_hand))]
    age = t.ago(who.at - min(report.opened_at for report in waiting))
    return [
        t(
            "En sus manos: {n} · sin tomar: {free}, el más viejo {age}",
            n=len(in_hand),
            free=len(waiting),
            age=age,
        )
    ]


def _owed(who: Speaker, shift: Shift) -> list[str]:
    """Visits whose hour came and that nobody made yet."""
    owed = who.tx.visits.owed(shift.sectors)
    return [who.t.many("{n} visita que toca ahora", "{n} visitas que tocan ahora", len(owed))] if owed else []


def _care(who: Speaker, shift: Shift) -> list[str]:
    """Places that need care: what is dangerous, and what comes back. The street is told after the claim."""
    t, here = who.t, who.here
    colonias = sorted(places.colonias_of(here, shift.sectors))
    notes = who.tx.safety.in_colonias(colonias, who.at)[-MOST_CARE:]
    back = places.repeats(who.tx, here, shift.sectors, who.at)[: MOST_CARE - len(notes)]
    dangers = [f"{here.colonia_name(note.place.colonia)}: {note.text}" for note in notes]
    again = [
        t("{kind} en {name} ({n})", kind=here.kind(r.kind).short, name=here.colonia_name(r.colonia), n=r.n)
        for r in back
    ]
    lines = [t("⚠️ Cuidado: {where}", where=" · ".join(dangers))] if dangers else []
    return lines + ([t("Se repite: {what}", what=" · ".join(again))] if again else [])


def _walks(who: Speaker, shift: Shift) -> list[str]:
    """The rounds on foot that the week's plan has for today."""
    planned = [who.here.colonia_name(slug) for slug in walking.planned_today(who, shift.sectors)]
    return [who.t("Recorrido de hoy: {where}", where=who.t.listing(planned))] if planned else []


def _wanted(who: Speaker, shift: Shift) -> list[str]:
    """Colonias of these sectors whose people asked for a walk."""
    territory = who.here.municipality.territory
    mine = {slug for name in shift.sectors if (s := territory.sector(name)) for slug in s.colonias}
    wanted = {slug: n for slug, n in who.tx.requests.visits_wanted().items() if slug in mine}
    if not wanted:
        return []
    most = sorted(wanted, key=lambda slug: -wanted[slug])[:3]
    said = ", ".join(f"{who.here.colonia_name(slug)} ({wanted[slug]})" for slug in most)
    return [who.t("Piden que pasen: {where}", where=said)]


def _short(who: Speaker, report: Report) -> str:
    """A line of the walk: no street before the claim."""
    kind = who.here.kind(report.kind).short
    mine = report.handler_id == who.person.id
    open_ = mine and cards.place_open(who, report)
    where = who.here.place_line(report.place) if open_ else who.here.colonia_name(report.place.colonia)
    if report.listed:
        kind, where = who.t("Asunto confidencial"), ""
    parts = (f"{cards.LIGHTS[report.priority]} {kind}", where, who.t.ago(who.at - report.opened_at))
    return " · ".join(part for part in parts if part)
