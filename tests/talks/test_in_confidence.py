"""Every kind of a named list, walked from its first sentence to the end: neutral, apart, nothing afterwards."""

from __future__ import annotations

from bot.channels.simulator import Manner
from bot.municipality.kind_checks import ALWAYS_LISTED
from tests.support.log_book import open_reports
from tests.support.talker import Phone, Town, text_of

SAID = {
    "violencia_familiar": "mi esposo me pega",
    "acoso_sexual": "subieron mis fotos intimas a internet sin permiso",
    "venta_droga": "venden cristal en una casa de la calle roma en casitas",
    "venta_robado": "mi vecino vende celulares robados en la calle milan",
    "disparos_armas": "el martes se oyeron balazos por la cancha de la italia",
    "extorsion_fraude": "me llamaron para decirme que gane un premio y me piden un deposito",
    "queja_policia": "un policia me pidio dinero para dejarme ir",
}
CHOSEN = {  # from the menu: who can't or won't write it
    "violencia_familiar": ("5", "1"),
    "acoso_sexual": ("5", "2"),
    "venta_droga": ("6", "1"),
    "venta_robado": ("6", "2"),
    "disparos_armas": ("4", "2"),
    "extorsion_fraude": ("4", "3"),
    "queja_policia": ("9", "4"),
    "desaparecida": ("1", "2"),
    "crisis_emocional": ("1", "3"),
}
NEVER = ("mandar una foto", "Mis reportes", "¿Cómo fue", "encuesta", "dialog", "mediac")
MOST = 12


async def walk(who: Phone, *first: str) -> list[str]:
    """To the end, taking the first answer; everything that stood on the screen."""
    for said in first:
        await who.says(said)
    for _ in range(MOST):
        if "Gracias. Lo recibió" in who.last:
            return [text_of(bubble) for bubble in who.heard]
        await who.says("algo que quiero contar" if "Cuente solo" in who.last else "1")
    raise AssertionError([text_of(bubble) for bubble in who.heard[-3:]])


async def test_every_listed_kind_is_walked() -> None:
    assert set(CHOSEN) == ALWAYS_LISTED


async def test_from_a_sentence_each_takes_its_own_path_at_once(place: Town) -> None:
    """No photo, no mediation, no sector, neutral at the end, in no list, and nothing for a week."""
    for kind in SAID:
        await from_a_sentence(place, kind)
    everybody = [Phone(place, name) for name in place.demo.channel.screens.phones]
    before = [len(one.heard) for one in everybody if one.id.startswith("r-")]
    await place.later(days=7)
    assert [len(one.heard) for one in everybody if one.id.startswith("r-")] == before
    assert place.demo.channel.problems == []


async def from_a_sentence(place: Town, kind: str) -> None:
    """One of them, on one of the networks."""
    manner = list(Manner)[sorted(SAID).index(kind) % 2]
    who = place.somebody(f"r-{kind}", manner)
    seen = await walk(who, SAID[kind])
    asked = "\n".join(seen[1:-1])
    assert [word for word in NEVER if word in asked and kind != "extorsion_fraude"] == []
    last = seen[-1]
    assert "Número:" in last.splitlines()[-1]  # the number last, the theme nowhere
    assert not any(word in last for word in ("violencia", "droga", "polic", "robad", "arma", "acoso"))
    for officer in (place.oficial, place.oficial2):
        assert not any(kind in text_of(b) or "confidencial" in text_of(b) for b in officer.heard)
    assert await place.read(open_reports) == []
    assert (await who.says("mis reportes")).startswith("No tiene reportes")


async def test_from_the_menu_it_is_the_same_path(place: Town) -> None:
    for kind, words in CHOSEN.items():
        await walk(place.somebody(kind), "reportar", "acepto", *words)
    assert await place.read(open_reports) == []
    for officer in (place.oficial, place.oficial2):
        assert not any("confidencial" in text_of(b) for b in officer.heard)


async def test_it_can_be_corrected_before_it_goes(place: Town) -> None:
    """What was misread is not the small list's to keep: the kind is chosen anew."""
    who = place.vecina
    await who.says(SAID["venta_robado"])
    for _ in range(4):
        if "¿Lo enviamos?" not in who.last:
            await who.says("1")
    await who.taps("Corregir")
    assert who.buttons[:3] == ["De qué se trata", "El lugar", "Lo que pasa"]
    await who.taps("De qué se trata")
    await who.says("7")
    await who.says("1")
    for _ in range(5):
        if "¿Está bien?" not in who.last:
            await who.says("1")
    await who.taps("Enviar")
    (report,) = await place.read(open_reports)
    assert report.kind == "ruido"
