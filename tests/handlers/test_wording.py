"""Every notice has its words in both languages; a locked phone shows no more than it may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.domain.referral import Outcome
from bot.domain.report import Disposition, Status
from bot.messages import TELEGRAM, WHATSAPP, AttachmentKind
from bot.municipality import Municipality
from handlers import alert_words, wording
from handlers import facts as kit
from handlers.here import Here
from tests.handlers.conftest import NOON

FOLIO = folios.make(1234567)
TEXT = "Mi vecino Juan Pérez golpea a su perro"
STREET = "Bugambilias 145"
REQUEST = "0123456789abcdef" * 2
SECRETS = (TEXT, STREET, "Juan", "Bugambilias")

FACTS: dict[str, list[dict[str, Any]]] = {
    "say": [{"lines": ["Hola"], "actions": [{"label": "Menú", "token": "m.menu"}]}],
    "apology": [{"id": "0123abcd"}],
    "report_claimed": [{"folio": FOLIO, "officer": "oficial Canul"}, {"folio": FOLIO, "officer": ""}],
    "question_asked": [{"folio": FOLIO, "officer": "oficial Canul", "text": "¿Sigue?"}],
    "officer_on_the_way": [{"folio": FOLIO, "officer": "oficial Canul"}],
    "report_referred": [
        {"folio": FOLIO, "office": "alumbrado", "note": "Se pidió la lámpara"},
        {"folio": FOLIO, "office": "no-longer-listed", "note": ""},
    ],
    "joined_withdrawn": [{"folio": FOLIO}],
    "report_closed": [
        {"folio": FOLIO, "officer": "oficial Canul", "disposition": d.value, "sentence": "Ya quedó."}
        for d in Disposition
    ],
    "help_answer": [{"by": "comandante Aguilar", "text": "Buenas tardes"}, {"by": "", "text": "Sí"}],
    "draft_waits": [{"until": NOON.isoformat()}],
    "alert": [
        {
            "folio": FOLIO, "kind": "ruido", "priority": int(p), "colonia": "centro", "version": 2,
            "opened_at": NOON.isoformat(), "level": level, "nobody": nobody, "listed": listed, "retry": retry,
        }
        for p in Priority
        for level, nobody, listed, retry in ((0, 0, 0, 0), (2, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
    ],
    "alert_taken": [
        {"folio": FOLIO, "handler": handler, "what": what, "at": NOON.isoformat()}
        for what in alert_words.WHAT_HAPPENED
        for handler in ("oficial Canul", "")
    ],
    "report_assigned": [{"folio": FOLIO}],
    "question_answered": [{"folio": FOLIO, "text": TEXT}, {"folio": FOLIO, "text": ""}],
    "happened_again": [{"folio": FOLIO}],
    "something_added": [{"folio": FOLIO, "text": TEXT}, {"folio": FOLIO, "text": ""}],
    "question_expired": [{"folio": FOLIO}],
    "report_withdrawn": [{"folio": FOLIO}],
    "solved_answered": [{"folio": FOLIO, "answer": answer} for answer in alert_words.SOLVED],
    "support_offered": [{"folio": FOLIO, "by": "oficial Poot"}],
    "support_wanted": [
        {
            "folio": FOLIO, "kind": "ruido", "priority": 1, "colonia": "centro",
            "opened_at": NOON.isoformat(), "listed": listed, "by": "el oficial Canul",
        }
        for listed in (False, True)
    ],
    "neighbour_joined": [{"folio": FOLIO}],
    "report_followed": [{"folio": FOLIO}],
    "walk_tomorrow": [{"colonia": "centro", "day": "2026-11-24"}],
    "walk_told": [
        {
            "colonia": "centro", "day": "2026-11-24", "stops": stops, "met": 9,
            "kinds": [["ruido", 2], ["otro", 1]], "did": [["listened", 1], ["advice", 2]],
        }
        for stops in (1, 7)
    ],
    "walk_missed": [
        {"colonia": "centro", "day": "2026-11-24"},
        {"colonia": "centro", "day": "2026-11-24", "dropped": True},
    ],
    "walk_not_made": [{"colonia": "centro", "day": "2026-11-24"}],
    "badge_word": [{"word": "GUITARRA 47", "until": NOON.isoformat()}],
    "badge_doubt": [{"about": about, "times": 3} for about in ("", "E-105")],
    "thanked": [{"folio": folio} for folio in ("", FOLIO)],
    "walk_done": [
        {
            "officer": "el oficial Canul", "colonia": "centro", "stops": stops, "met": 9, "reports": stops,
            "started_at": NOON.isoformat(), "ended_at": NOON.isoformat(),
            "kinds": [["ruido", 2], ["otro", 1]], "did": [["listened", 1], ["promised", 1]],
        }
        for stops in (0, 1, 7)
    ],
    "place_told": [{"folio": FOLIO, "colonia": "centro", "street": STREET}],
    "no_news": [
        {"folio": FOLIO},
        {"folio": FOLIO, "referred": True, "mine": True},
        {"folio": FOLIO, "referred": False, "mine": False},
    ],
    "shift_ends_soon": [{"ends_at": NOON.isoformat(), "in_hand": n} for n in (0, 1, 3)],
    "shift_ended": [{"ends_at": NOON.isoformat(), "in_hand": n} for n in (0, 1, 3)],
    **{
        name: [
            {
                "name": who, "by": "la oficial Be", "at": NOON.isoformat(), "received_at": NOON.isoformat(),
                "left": 2, "waiting": 1, "promised": 0,
            }
            for who in ("el oficial Canul", "")
        ]
        for name in ("handover_received", "handover_unsigned")
    },
    "visits_planned": [{"folio": FOLIO, "officer": who, "days": n} for who, n in (("oficial Canul", 1), ("", 7))],
    "visit_made": [
        {"folio": FOLIO, "arrived_at": NOON.isoformat(), "left_at": left, "sentence": said}
        for left, said in ((NOON.isoformat(), "Todo tranquilo."), ("", ""))
    ],
    "visit_missed": [{"folio": FOLIO}],
    "pause_ended": [{"paused_at": NOON.isoformat()}],
    **{
        name: [
            {
                "starts_at": NOON.isoformat(), "ends_at": NOON.isoformat(), "mode": mode, "sectors": sectors,
                "name": "oficial Canul",
            }
            for mode, sectors in (("foot", ["norte-poniente", "norte-oriente"]), ("", []))
        ]
        for name in ("shift_due", "shift_not_begun")
    },
    "transfer_wanted": [
        {
            "folio": FOLIO, "kind": "ruido", "priority": 1, "colonia": "centro", "opened_at": NOON.isoformat(),
            "listed": listed, "by": "oficial Canul", "until": NOON.isoformat(),
        }
        for listed in (False, True)
    ],
    "transfer_answered": [{"folio": FOLIO, "by": "oficial Canul", "accepted": yes} for yes in (True, False)],
    "snooze_over": [{"folio": FOLIO}],
    **{
        name: [
            {
                "note_id": "n" * 12, "text": "perro suelto", "reason": "Lo vi", "by": "oficial Canul", "agreed": agreed,
                "colonia": "centro", "expires_at": NOON.isoformat(),
            }
            for agreed in (True, False)
        ]
        for name in ("safety_note_wanted", "safety_note_decided", "safety_note_doubted")
    },
    **{
        name: [
            {
                "folio": FOLIO, "kind": "rondin", "colonia": colonia, "visit": "v" * 12, "stay": 12,
                "closes_at": NOON.isoformat(),
            }
            for colonia in ("centro", "")
        ]
        for name in ("visit_time", "visit_not_made")
    },
    "approval_wanted": [{"badge": "E-101", "name": "oficial Canul", "number": "0042"}],
    "approved": [{"role": "officer"}, {"role": "supervisor"}],
    "help_wanted": [{"request": REQUEST}, {"request": REQUEST, "again": True}],
    "help_message": [{"request": REQUEST, "text": TEXT, "media": []}],
    "revoked": [{"role": "resident"}],
    "erasure_wanted": [{"person": "0" * 32, "again": again} for again in (False, True)],
    "erased_soon": [{}],
    **{
        name: [
            {
                "folio": FOLIO, "kind": "ruido", "officer": who, "promise": "p" * 12, "text": "Pasamos hoy",
                "due_at": NOON.isoformat(), "state": state, "why": "No hay patrulla", "colonia": "centro",
                "listed": listed,
            }
            for who, state, listed in (("oficial Canul", "kept", False), ("", "late", True))
        ]
        for name in (
            "promise_made", "promise_kept", "promise_moved", "promise_called_off", "promise_broken",
            "promise_due", "promise_lapsed",
        )
    },
    **{
        name: [
            {
                "folio": FOLIO, "mediation": "m" * 12, "text": "\n".join(["Bajar el volumen a las 10"] * 5),
                "officer": "oficial Canul", "days": 7, "level": 0, "answer": answer,
            }
            for answer in ("part", "no")
        ]
        for name in ("mediation_agreed", "mediation_kept", "mediation_check", "mediation_not_kept")
    },
    "group_card": [
        {
            "folio": FOLIO, "kind": "ruido", "priority": int(p), "colonia": colonia, "opened_at": NOON.isoformat(),
            "status": status.value, "handler": who, "office": "cfe", "at": NOON.isoformat(), "known": True,
        }
        for p in Priority
        for status in Status
        for colonia, who in (("centro", "el oficial Canul"), ("", ""))
    ],
    "group_lost": [{"sector": "norte"}],
    "office_said": [
        {"folio": FOLIO, "office": "servicios_publicos", "outcome": outcome.value, "text": said}
        for outcome in Outcome
        for said in ("El jueves", "")
    ],
    "office_answered": [
        {
            "folio": FOLIO, "office": "servicios_publicos", "outcome": "other", "text": TEXT, "referral": "r" * 12,
            "waits": waits, "told": told,
        }
        for waits, told in ((True, False), (False, True), (False, False))
    ],
    **{
        name: [
            {"folio": FOLIO, "office": "cfe", "days": 3, "sent": sent, "level": 0} for sent in (True, False)
        ]
        for name in ("office_late", "office_silent")
    },
    **{
        name: [
            {
                "folio": FOLIO, "kind": "alumbrado", "colonia": colonia, "opened_at": NOON.isoformat(),
                "office": "cfe", "text": "x" * 500, "link": link, "expires_at": NOON.isoformat(),
            }
            for colonia, link in (("centro", "https://bot.example/oficina/" + "x" * 43), ("", ""))
        ]
        for name in ("office_asked", "office_reminded")
    },
    "pin_locked": [{"name": "oficial Canul", "badge": "E-101"}],
    "held_report": [{"folio": "", "urgent": False}, {"folio": FOLIO, "urgent": False}, {"folio": FOLIO, "urgent": True}],
    "paused": [{"until": NOON.isoformat(), "reason": "Avisos que no eran"}],
    "appeal_wanted": [{"until": NOON.isoformat(), "reason": "Avisos que no eran", "person": "p" * 32}],
    "appeal_answered": [{"kept": kept, "until": NOON.isoformat()} for kept in (True, False)],
    "operator": [{"what": "mensaje no entregado (21211)"}],
}  # fmt: skip
CASES = [(name, facts, locale) for name, many in FACTS.items() for facts in many for locale in ("es", "en")]


def moment(here: Here, locale: str = "es", minutes: float = 4) -> kit.Moment:
    return kit.Moment(t=here.t(locale), here=here, at=NOON + timedelta(minutes=minutes))


def test_the_examples_above_name_every_notice() -> None:
    assert set(wording.WORDS) - set(FACTS) == set()


@pytest.mark.parametrize(("name", "facts", "locale"), [c for c in CASES if c[0] in wording.WORDS])
def test_a_notice_is_worded_and_fits_its_channel(
    name: str, facts: dict[str, Any], locale: str, here: Here
) -> None:
    """Something is said, nothing is left unfilled, every label fits a button, every token fits when signed."""
    card = wording.render(name, facts, moment(here, locale))
    assert card.text.strip() or card.role == "resident"  # who is revoked only loses the commands of staff
    assert "{" not in card.text
    assert "None" not in card.text
    assert len(card.text) <= WHATSAPP.interactive_text
    assert len(card.actions) <= TELEGRAM.max_buttons
    for action in (*card.actions, *card.rows):
        assert 0 < len(action.label) <= WHATSAPP.button_label
        here.tokens.sign("p" * 32, action.token)


@pytest.mark.parametrize("name", sorted(wording.FOR_STAFF & set(FACTS)))
@pytest.mark.parametrize("locale", ["es", "en"])
def test_a_locked_phone_shows_no_text_no_street_and_no_name(name: str, locale: str, here: Here) -> None:
    """The first sixty characters of what staff are sent, and the whole first line."""
    for facts in FACTS[name]:
        card = wording.render(name, facts, moment(here, locale))
        shown = card.text[: wording.LOCK_SCREEN] if name != "help_message" else card.lines[0]
        shown = shown.partition("\n")[0] + card.lines[0]
        assert [secret for secret in SECRETS if secret in shown] == []


@pytest.mark.parametrize("priority", Priority)
def test_the_first_sixty_characters_of_an_alert_say_what_it_is(
    priority: Priority, here: Here, municipality: Municipality
) -> None:
    """Urgency, kind and colonia, for every kind of the municipality and a colonia of middling name."""
    for kind in municipality.kinds.kinds:
        facts = {**FACTS["alert"][0], "priority": int(priority), "kind": kind.slug, "listed": False}
        first = wording.render("alert", facts, moment(here)).lines[0]
        head = first[: wording.LOCK_SCREEN]
        assert priority.name in head
        assert kind.short in head
        assert "Centro" in head
        assert folios.show(FOLIO) in first
        assert "hace 4 min" in first


@pytest.mark.parametrize("locale", ["es", "en"])
def test_a_confidential_alert_says_neither_kind_nor_colonia(
    locale: str, here: Here, municipality: Municipality
) -> None:
    for kind in (k for k in municipality.kinds.kinds if k.listed):
        facts = {**FACTS["alert"][0], "kind": kind.slug, "listed": True}
        text = wording.render("alert", facts, moment(here, locale)).text
        assert kind.name not in text
        assert kind.short not in text
        assert "Centro" not in text
        assert folios.show(FOLIO) in text


def test_alerts_of_the_day_are_silent_and_urgent_ones_sound(here: Here) -> None:
    quiet = [
        wording.render("alert", {**FACTS["alert"][0], "priority": int(p)}, moment(here)).quiet
        for p in Priority
    ]
    assert quiet == [False, False, True, True, True]


def test_an_alert_says_why_it_comes_now(here: Here) -> None:
    plain = FACTS["alert"][0]
    said = [
        wording.render("alert", {**plain, **more}, moment(here)).lines[1:]
        for more in ({}, {"level": 1}, {"nobody": True}, {"retry": True, "level": 1})
    ]
    assert [len(lines) for lines in said] == [0, 1, 1, 1]
    assert len({lines for lines in said if lines}) == 3


def test_an_alert_of_a_place_nobody_knows_says_so(here: Here) -> None:
    first = wording.render("alert", {**FACTS["alert"][0], "colonia": ""}, moment(here)).lines[0]
    assert "sin colonia" in first


def test_an_unknown_notice_is_our_bug(here: Here) -> None:
    with pytest.raises(KeyError):
        wording.render("nothing", {}, moment(here))


def test_outside_the_window_only_what_has_an_approved_text_is_announced(municipality: Municipality) -> None:
    """Every name of the table is in the municipality's file; alerts have none: officers are not on WhatsApp."""
    assert set(wording.TEMPLATES.values()) <= set(municipality.templates)
    assert set(wording.TEMPLATES) <= set(wording.WORDS)
    assert not set(wording.TEMPLATES) & wording.FOR_STAFF
    use = wording.template("report_closed", {"folio": FOLIO})
    assert use is not None
    assert (use.name, use.variables) == ("reporte_cerrado", (folios.show(FOLIO),))
    assert wording.template("help_answer", {}).variables == ()  # type: ignore[union-attr]
    assert wording.template("alert", {"folio": FOLIO}) is None


def test_the_tables_of_rights_name_notices_that_exist() -> None:
    for table in (wording.FOR_STAFF, wording.TO_RESIDENTS, wording.UNASKED):
        assert table <= set(wording.WORDS)
    assert not wording.FOR_STAFF & wording.TO_RESIDENTS


def test_a_file_of_ours_goes_on_a_card() -> None:
    made = kit.file("m1", "voice", "audio/ogg")
    assert (made.kind, made.reference, made.content_type) == (AttachmentKind.VOICE, "m1", "audio/ogg")
