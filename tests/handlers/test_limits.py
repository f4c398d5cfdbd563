"""Beyond a limit nothing is lost and nobody is paged: it is marked, told, shown to a supervisor, and let through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import build_here
from bot.domain import folio as folios
from bot.domain.service_level import Limits
from bot.messages import Address, Inbound
from bot.municipality import Municipality, load
from handlers import limits
from handlers.desk import holding
from handlers.reception import Reception
from storage import Store, Transaction, open_store
from storage.sealing import KeyRing
from storage.usage import ALL, Count
from tests.handlers.conftest import HastyClock
from tests.support.log_book import open_reports
from tests.support.reports import NOON
from tests.support.talker import Town, text_of, town

FEW = Limits(
    messages_a_minute=5,
    files_an_hour=2,
    reports_an_hour=1,
    reports_a_day=2,
    reports_an_hour_in_all=3,
    acts_an_hour=4,
)


def with_limits(municipality: Municipality, limits: Limits) -> Municipality:
    return replace(municipality, service=replace(municipality.service, limits=limits))


@pytest.fixture(scope="module")
def few() -> Municipality:
    return with_limits(load(), FEW)


@pytest_asyncio.fixture
async def here(tmp_path: Path, few: Municipality) -> AsyncIterator[Town]:
    async with town(tmp_path, few) as place:
        yield place


MATTERS = (  # each of another kind, all in the same sector
    "mi vecino de la calle roma en la italia pone musica hasta las 4 todos los viernes",
    "hay un bache muy grande en la calle milan de la colonia italia frente a la escuela",
    "desde ayer hay un perro amarrado sin agua en la calle milan de la italia, lo maltratan",
    "ay una lampara fundida en la calle roma de la italia atras del domo ya tiene una semana",
)


async def reported(here: Town) -> str:
    """One more matter, from the first words to the folio; what the receipt says."""
    so_far = await here.read(lambda tx: len(open_reports(tx)))
    await here.later(minutes=1)
    return await here.vecina.reports(MATTERS[so_far])


def pages(here: Town) -> int:
    """Alert cards on the officer's phone."""
    return sum("Tomar" in [a.label for a in b.form.buttons] for b in here.oficial.heard)


# ---- counts ----


async def test_counts_begin_anew_with_the_hour_and_survive_a_restart(tmp_path: Path) -> None:
    ring, url = KeyRing.throwaway(), f"sqlite:///{tmp_path}/p.db"
    hour = NOON.replace(minute=0)

    def once(at: timedelta = timedelta(0)) -> list[Count]:
        return [Count(ALL, "reports_hour", hour + at), Count("a" * 32, "reports_hour", hour + at)]

    async def counted(at: timedelta = timedelta(0)) -> list[int]:
        store: Store = await open_store(url, ring)
        try:
            return await store.run(lambda tx: tx.usage.count(*once(at)))
        finally:
            await store.close()

    assert [await counted(), await counted(), await counted(timedelta(hours=1))] == [[1, 1], [2, 2], [1, 1]]


# ---- reports ----


async def test_a_report_beyond_the_limit_is_kept_told_and_let_through(here: Town) -> None:
    """It has a folio and no alert; the supervisor sees it, decides, and only then the sector hears."""
    assert "revisa" not in await reported(here)
    before = pages(here)
    said = await reported(here)
    assert "lo revisa una persona antes de avisar" in said
    assert pages(here) == before
    folio = folios.find(said) or ""
    assert (await here.read(lambda tx: tx.reports.by_folio(folio))).status == "received"
    assert "Retenidos: 1 reportes, 0 mensajes" in await here.supervisora.says("estado")
    await here.supervisora.says("retenidos")
    await here.supervisora.taps_token(token(here, folios.show(folio)), here.supervisora.heard[-1].id)
    assert "ya se avisó al sector" in await here.supervisora.taps("Avisar al sector")
    assert pages(here) == before + 1
    assert "Retenidos" not in await here.supervisora.says("estado")
    kinds = [e.kind for e in await here.read(lambda tx: tx.reports.history(tx.reports.by_folio(folio).id))]
    assert kinds == ["ReportOpened", "ReportHeld", "ReportLetThrough"]


def token(here: Town, label: str) -> str:
    return next(a.token for a in here.supervisora.heard[-1].form.rows if label in a.label)


async def test_what_is_kept_back_is_told_again_until_somebody_decides(here: Town) -> None:
    """An obligation with a deadline, like any other; a claim by an officer is a decision too."""
    await reported(here)
    folio = folios.find(await reported(here)) or ""
    told = len(here.supervisora.heard)
    await here.later(hours=5)
    assert any("retenidos por límite" in text_of(b) for b in here.supervisora.heard[told:])
    await here.oficial.says(f"tomar {folios.show(folio)}")
    assert await here.read(lambda tx: tx.due.of_kind(holding.HELD)) == []


async def test_danger_is_never_kept_back_by_a_number(here: Town) -> None:
    """911 in the same turn, and the alert goes out."""
    for _ in range(3):
        await reported(here)
    before = pages(here)
    assert "911" in await here.vecina.says("estan adentro de mi casa ayudenme")
    await here.vecina.taps("Avisar al turno")
    assert pages(here) > before


async def test_everybody_together_has_a_limit_too(tmp_path: Path, few: Municipality) -> None:
    """The municipality's breaker: reports beyond it wait for a person."""
    limits = replace(FEW, reports_an_hour=0, reports_a_day=0, reports_an_hour_in_all=1)
    async with town(tmp_path, with_limits(few, limits)) as here:
        assert "muchísimos" not in await reported(here)
        assert "muchísimos" in await reported(here)


async def test_without_data_a_report_counts_as_well(here: Town) -> None:
    """Its count says how many, and rounds the moment; the report itself holds nobody."""
    await reported(here)
    rows = await here.read(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT what, since, count FROM usage WHERE what <> 'messages'"
        ).all()
    )
    assert all(row.since % 3_600_000_000 == 0 for row in rows)


# ---- messages ----


async def test_messages_beyond_the_limit_are_kept_whole_and_let_in(here: Town) -> None:
    """One clear answer, not one a message; each is still there, and is handled in its order when let in."""
    for n in range(7):
        await here.vecina.says(f"hola {n}")
    held = [b for b in here.vecina.heard if "los revisa el mando" in text_of(b)]
    assert len(held) == 1
    assert "911" in text_of(held[0])
    assert await here.read(lambda tx: [n for _, n, _ in tx.usage.holding()]) == [2]
    assert "hola" not in (await raw_of(here)).decode("latin-1")
    heard = len(here.vecina.heard)
    await here.supervisora.says("retenidos")
    await here.supervisora.taps("2 mensajes")
    await here.later(seconds=2)
    await here.later(seconds=2)
    assert len(here.vecina.heard) >= heard + 2
    assert await here.read(lambda tx: list(tx.usage.holding())) == []


@pytest.mark.parametrize("before", [1, 2, 4], ids=["in memory", "half", "counted"])
async def test_a_restart_within_the_minute_forgives_nothing(
    few: Municipality, tmp_path: Path, before: int
) -> None:
    """Five a minute: as many are answered as without it."""
    ring, address = KeyRing.throwaway(), Address("simulator", "rosa")
    store, clock = await open_store(f"sqlite:///{tmp_path}/p.db", ring), HastyClock()

    async def says(reception: Reception, number: int) -> None:
        await reception.receive(Inbound(id=f"m{number}", address=address, at=clock.now(), text="hola"))

    one, another = (Reception(store, build_here(few, ring, {}), clock) for _ in range(2))
    for n in range(before):
        await says(one, n)
    await limits.resume(store, another.here, clock.now())
    for n in range(before, 8):
        await says(another, n)
    assert [n for _, n, _ in await store.read(lambda tx: tx.usage.holding())] == [3]
    await store.close()


async def test_beside_other_processes_every_message_is_counted_in_the_store(
    few: Municipality, tmp_path: Path
) -> None:
    """Each hears some of them, and together they hear no more than one."""
    ring, address = KeyRing.throwaway(), Address("simulator", "rosa")
    store, clock = await open_store(f"sqlite:///{tmp_path}/p.db", ring), HastyClock()
    replicas = [Reception(store, build_here(few, ring, {}), clock) for _ in range(3)]
    for one in replicas:
        one.here.pace.share(3)
    for n in range(9):
        await replicas[n % 3].receive(Inbound(id=f"m{n}", address=address, at=clock.now(), text="hola"))
    assert [n for _, n, _ in await store.read(lambda tx: tx.usage.holding())] == [4]
    await store.close()


async def raw_of(here: Town) -> bytes:
    return b"".join(
        await here.read(
            lambda tx: tx.connection.exec_driver_sql("SELECT said FROM held_message").scalars().all()
        )
    )


async def test_danger_and_the_911_button_answer_whatever_the_count(here: Town) -> None:
    for n in range(8):
        await here.vecina.says(f"hola {n}")
    assert "911 AHORA" in await here.vecina.says("me estan disparando, ayuda")
    await here.vecina.taps("Avisar al turno")
    assert any("P0" in text_of(b) for b in here.supervisora.heard), "its list was alerted"


async def test_a_kept_message_that_breaks_us_becomes_a_dead_letter(here: Town) -> None:
    """Tried three times, then set aside whole, and the next one is handled."""
    for n in range(6):
        await here.vecina.says(f"hola {n}")
    ((person, _, _),) = await here.read(lambda tx: list(tx.usage.holding()))
    await here.run(lambda tx: tx.due.set(holding.LET_IN, person, here.demo.clock.now()))
    item = await here.read(lambda tx: tx.due.get(holding.LET_IN, person))
    assert item is not None
    worn = replace(item, attempts=limits.TRIES)
    await here.run(
        lambda tx: limits.let_in(tx, here.demo.app.here, worn, here.demo.clock.now(), lambda who: 1 / 0)
    )
    letters = await here.read(lambda tx: tx.inbox.dead_letters())
    assert [letter.reason for letter in letters] == ["let_in"]
    assert b"hola 5" in letters[0].raw


# ---- staff ----


async def test_an_officer_beyond_the_limit_is_refused_and_may_still_claim(here: Town) -> None:
    """A stolen phone that reads case after case: the supervisor hears of it, the audit too."""
    folio = folios.show(folios.find(await reported(here)) or "")
    for _ in range(4):
        await here.oficial.says(f"ver {folio}")
    assert "muchas acciones" in await here.oficial.says(f"ver {folio}")
    assert any("límite de acciones" in text_of(b) for b in here.supervisora.heard)
    assert "Es suyo" in await here.oficial.says(f"tomar {folio}")
    assert "acts_refused" in {line.action for line in await here.read(lambda tx: tx.audit.newest(50))}


# ---- pauses ----


async def test_a_pause_has_a_reason_an_end_and_an_appeal(here: Town) -> None:
    """The person reads why and until when; what they send is kept for review; a review lifts it."""
    await reported(here)
    folio = folios.find(await reported(here)) or ""
    await here.supervisora.says(f"ver {folios.show(folio)}")
    await here.supervisora.taps("Pausar a quien avisa")
    await here.supervisora.taps("Avisos falsos")
    await here.supervisora.taps("7 días")
    await here.supervisora.taps("Sí, pausar")
    assert "Motivo: Avisos falsos" in here.vecina.last
    await here.later(hours=2)
    before = pages(here)
    assert "están en pausa" in await reported(here)
    assert pages(here) == before
    assert "lo revisa" in await here.vecina.says("pedir revision")
    assert "Ya está en revisión" in await here.vecina.says("pedir revision")
    await here.supervisora.taps("Quitar la pausa")
    assert "Se quitó la pausa" in here.vecina.last
    actions = [line.action for line in await here.read(lambda tx: tx.audit.newest(50))]
    assert {"paused", "appealed", "unpaused"} <= set(actions)


def paused(here: Town, tx: Transaction) -> None:
    """Whoever wrote last is on pause."""
    person = (
        tx.connection.exec_driver_sql(
            "SELECT id FROM person WHERE role = 'resident' ORDER BY seen_at DESC, created_at DESC"
        )
        .scalars()
        .first()
    )
    now = here.demo.clock.now()
    supervisor = next(s for s in tx.staff.roster(now).supervisors())
    holding.pause(tx, here.demo.app.here, str(person), supervisor, "bromas", timedelta(days=1), now)


async def test_danger_of_somebody_on_pause_is_answered_and_told_as_it_is(here: Town) -> None:
    """911 at once; no promise that the shift was told; the supervisor hears of it by its folio."""
    await here.vecina.says("hola")
    await here.run(lambda tx: paused(here, tx))
    before = pages(here)
    assert "911 AHORA" in await here.vecina.says(
        "estan adentro de mi casa calle roma 12 colonia italia ayudenme"
    )
    said = await here.vecina.taps("Avisar al turno")
    if "¿Dónde está?" in said:
        said = await here.vecina.says("calle roma 12, colonia italia")
    assert "contesta siempre" in said
    assert pages(here) == before
    assert any("Retenido y urgente" in text_of(b) for b in here.supervisora.heard)


async def test_where_it_is_pages_nobody_either_before_a_supervisor_looked(here: Town) -> None:
    """The place of a danger goes to who was alerted: of somebody on pause nobody was, and that is what is said."""
    await here.vecina.says("hola")
    await here.run(lambda tx: paused(here, tx))
    before = pages(here)
    await here.vecina.says("estan adentro de mi casa ayudenme")
    asked = await here.vecina.taps("Avisar al turno")
    assert "¿Dónde está?" in asked
    assert "Avisado" not in asked
    said = await here.vecina.says("calle roma 12, colonia italia")
    assert "contesta siempre" in said
    assert pages(here) == before
