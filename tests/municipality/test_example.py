"""The packaged example is Chetumal as it is, with people who do not exist."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from bot.domain.concern import Confidentiality, Priority
from bot.domain.questions import FollowUp
from bot.domain.roster import Role
from bot.domain.service_level import Hearer
from bot.domain.territory import Colonia, Place, Point, Territory
from bot.long_texts import LongTexts
from bot.municipality import Municipality, check
from bot.municipality.fields import TIP_SUBJECTS
from bot.municipality.kind_checks import ALWAYS_LISTED

LEAVES = [
    "robo_casa",
    "robo_persona",
    "robo_vehiculo",
    "robo_negocio",
    "sospechoso",
    "venta_droga",
    "venta_robado",
    "violencia_familiar",
    "acoso_sexual",
    "amenazas_rina",
    "disparos_armas",
    "extorsion_fraude",
    "desaparecida",
    "crisis_emocional",
    "emergencia_otra",
    "ruido",
    "pleito_vecinal",
    "mascotas",
    "consumo_via_publica",
    "vandalismo",
    "velocidad",
    "vialidad",
    "alumbrado",
    "servicios",
    "espacio_abandonado",
    "rondin",
    "vecino_vigilante",
    "felicitacion",
    "queja_policia",
]


def questions_of(town: Municipality) -> list[FollowUp]:
    return [question for asked in town.questions.values() for question in asked]


def test_it_loads_in_less_than_a_second() -> None:
    """In a process of its own, so that measuring coverage does not slow it down."""
    program = (
        "import time; from bot.municipality import load; "
        "started = time.process_time(); load(); print(time.process_time() - started)"
    )
    seconds = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert float(seconds) < 1


def test_nothing_is_wrong_with_it() -> None:
    assert check().sound


def test_what_is_fictional_or_unconfirmed_is_warned_of() -> None:
    said = "\n".join(str(warning) for warning in check().warnings)

    assert "3 siguen marcados «ejemplo»" in said
    assert "8 siguen marcados «ejemplo»" in said
    assert "directorio.yaml, línea 6: contactos › 1 › numero: sin «confirmado_el»" in said


def test_all_29_kinds_are_there_and_no_other(chetumal: Municipality) -> None:
    assert sorted(kind.slug for kind in chetumal.kinds.kinds) == sorted(LEAVES)


@pytest.mark.parametrize("slug", LEAVES)
def test_every_kind_can_be_shown(chetumal: Municipality, slug: str) -> None:
    kind = chetumal.kinds[slug]

    assert kind.name
    assert kind.name_en
    assert kind.emoji
    assert 0 < len(kind.short) <= 20
    assert 0 < len(kind.short_en) <= 20
    assert len(kind.description) <= 72
    assert kind.group in {group.slug for group in chetumal.kinds.groups}
    assert kind.claim_within is not None
    assert set(kind.tips) <= set(TIP_SUBJECTS)
    assert all(chetumal.directory.get(office) for office in kind.offices)


def test_the_first_question_leaves_a_row_for_something_else(chetumal: Municipality) -> None:
    assert len(chetumal.kinds.groups) <= 9
    for group in chetumal.kinds.groups:
        assert 0 < len(group.label) <= 24
        assert 0 < len(group.label_en) <= 24
        assert len(group.description) <= 72
        assert 1 <= len(chetumal.kinds.under(group.slug)) <= 9


@pytest.mark.parametrize("slug", sorted(ALWAYS_LISTED))
def test_confidential_kinds_have_people_and_ask_no_photo(chetumal: Municipality, slug: str) -> None:
    kind = chetumal.kinds[slug]
    named = chetumal.list_of(kind)

    assert kind.confidentiality is Confidentiality.LISTED
    assert named is not None
    assert all(chetumal.member(badge) for badge in named.badges)
    assert not kind.asks_photo


def test_questions_are_few_short_and_in_both_languages(chetumal: Municipality) -> None:
    assert max(len(asked) for asked in chetumal.questions.values()) <= 3
    for question in questions_of(chetumal):
        assert 0 < len(question.text) <= 300
        assert question.text_en
        assert all(0 < len(option.label) <= 20 and option.label_en for option in question.options)


def test_confidential_kinds_ask_nothing_that_identifies(chetumal: Municipality) -> None:
    for slug in ALWAYS_LISTED:
        for question in chetumal.questions[slug]:
            words = question.text.lower()
            assert not any(word in words for word in ("nombre", "quién", "teléfono", "domicilio", "placas"))


def test_suspicion_asks_for_conduct_first(chetumal: Municipality) -> None:
    assert "no cómo se ve" in chetumal.questions["sospechoso"][0].text


def test_residents_are_addressed_with_usted(chetumal: Municipality) -> None:
    tu = {"tú", "tu", "tus", "te", "ti", "contigo", "dinos", "llama", "guarda"}
    for question in questions_of(chetumal):
        assert not tu & set(question.text.lower().replace("¿", " ").replace(",", " ").split()), question.text


def test_urgent_ladders_climb_at_2_5_and_10_minutes(chetumal: Municipality) -> None:
    for priority in (Priority.P0, Priority.P1):
        steps = chetumal.service.ladder(priority).steps
        assert [step.after for step in steps] == [timedelta(minutes=m) for m in (2, 5, 10)]
        assert [step.who for step in steps] == [Hearer.NEXT_OFFICER, Hearer.SUPERVISOR, Hearer.EVERYONE]


def test_confidential_ladders_never_leave_their_list(chetumal: Municipality) -> None:
    for priority in Priority:
        steps = chetumal.service.ladder(priority, listed=True).steps
        assert all(step.who is not Hearer.SUPERVISOR for step in steps)


def test_people_are_fictional_and_say_so(chetumal: Municipality) -> None:
    assert chetumal.example
    assert all(member.example for member in chetumal.staff)
    assert all(sector.example for sector in chetumal.territory.sectors)
    assert sum(member.role is Role.SUPERVISOR for member in chetumal.staff) == 2
    assert sum(member.role is Role.OFFICER for member in chetumal.staff) == 6


def test_lists_stand_with_the_people(chetumal: Municipality) -> None:
    member = chetumal.member("M-02")

    assert member is not None
    assert member.lists == ("geavig", "mando", "asuntos_internos")


def test_all_192_settlements_and_four_pilots(chetumal: Municipality) -> None:
    colonias = chetumal.territory.colonias

    assert len(colonias) == 192
    assert {colonia.slug for colonia in colonias if colonia.pilot} == {
        "italia",
        "venustiano-carranza",
        "leona-vicario",
        "benito-juarez",
    }


@pytest.mark.parametrize(
    ("colonia", "sectors"),
    [
        ("italia", ["norte-poniente"]),
        ("leona-vicario", ["norte-oriente"]),
        ("benito-juarez", ["norte-poniente", "norte-oriente"]),
        ("mahahual", ["mesa-central"]),
        ("", ["mesa-central"]),
    ],
)
def test_a_colonia_has_its_sectors_and_the_desk_takes_the_rest(
    chetumal: Municipality, colonia: str, sectors: list[str]
) -> None:
    found = chetumal.territory.sectors_of(Place(colonia=colonia))

    assert [sector.slug for sector in found] == sectors


def test_only_911_and_089_are_told_until_somebody_confirms_the_rest(chetumal: Municipality) -> None:
    assert [contact.number for contact in chetumal.directory.public()] == ["911", "089"]
    assert chetumal.directory.get("capa") is not None
    assert chetumal.directory.beside("servicios") == ()
    assert [office.slug for office in chetumal.directory.offices_of(chetumal.kinds["alumbrado"])] == [
        "servicios_publicos",
        "cfe",
    ]


def test_the_notice_that_people_accept_is_the_one_they_can_read(chetumal: Municipality) -> None:
    texts = LongTexts("es", chetumal.content)
    assert texts.article("privacy-full.md").head["version"] == chetumal.privacy.notice_version


def test_time_is_chetumals(chetumal: Municipality) -> None:
    assert chetumal.time_zone.key == "America/Cancun"


# Points from public maps (INEGI 2020; Correos de México): the postal code in which they fall, "" outside.
POINTS = [
    ("Italia", 18.50742, -88.30868, "77035"),
    ("Leona Vicario", 18.51535, -88.30113, "77016"),
    ("Benito Juárez", 18.5139, -88.30754, "77037"),
    ("Venustiano Carranza", 18.50734, -88.30076, "77012"),
    ("5 de Abril", 18.5226, -88.27779, "77018"),
    ("8 de Octubre", 18.51169, -88.31592, "77028"),
    ("Andrés Quintana Roo", 18.52428, -88.30167, "77086"),
    ("Barrio Bravo", 18.49804, -88.28783, "77098"),
    ("Campestre", 18.50339, -88.31116, "77030"),
    ("Caribe", 18.54266, -88.30253, "77086"),
    ("Palmar", 18.446758, -88.529273, "77985"),
    ("in the bay", 18.45, -88.2, ""),
]


@pytest.mark.parametrize(("name", "lat", "lon", "code"), POINTS, ids=[row[0] for row in POINTS])
def test_a_point_belongs_to_the_nearest_colonia_or_to_none(
    chetumal: Municipality, name: str, lat: float, lon: float, code: str
) -> None:
    found = chetumal.territory.colonias_at(Point(lat, lon))

    assert {colonia.postal_code for colonia in found} == ({code} if code else set())


def test_colonias_that_share_one_point_are_all_named() -> None:
    here = Point(18.5, -88.3)
    two = tuple(Colonia(slug=slug, name=slug, point=here, precision_m=1500) for slug in ("sahop", "naval"))

    assert Territory(name="", colonias=two, sectors=(), centre=here).colonias_at(here) == two


def test_a_place_that_is_known_goes_before_the_middle_of_a_postal_code(chetumal: Municipality) -> None:
    """Aserradero is nearer here, but all that is known of it is that it lies in that postal code."""
    found = chetumal.territory.colonias_at(Point(18.5105, -88.308))

    assert [colonia.slug for colonia in found] == ["italia"]


def test_the_nearest_three_can_be_offered(chetumal: Municipality) -> None:
    near = chetumal.territory.colonias_near(Point(18.509, -88.3085))

    assert [colonia.slug for colonia in near] == ["italia", "militar", "benito-juarez"]


def test_what_is_marked_as_of_high_risk_is(chetumal: Municipality) -> None:
    """Its exact place asks for the PIN: a mark that the file has and the programme has not would protect nobody."""
    marked = {kind.slug for kind in chetumal.kinds.kinds if kind.high_risk}
    assert marked == {"extorsion_fraude", "venta_droga", "venta_robado", "queja_policia"}
