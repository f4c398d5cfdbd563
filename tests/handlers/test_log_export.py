"""The department's log: what happened to each report, nothing about anybody, and no cell that computes."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import folio as folios
from bot.domain.report import Disposition
from bot.domain.roster import Officer
from bot.municipality import Municipality
from handlers.log_export import COLUMNS, RISKY, dictionary, safe, write_csv
from storage import Store, Transaction
from tests.handlers.conftest import NOON, resident
from tests.support.reports import opened

CANUL = Officer(person_id="canul", badge="E-1", name="oficial Canul")


async def exported(store: Store, municipality: Municipality) -> list[dict[str, str]]:
    text = await store.read(lambda tx: write_csv(tx, municipality))
    return list(csv.DictReader(io.StringIO(text)))


async def test_a_line_says_what_became_of_a_report(store: Store, municipality: Municipality) -> None:
    def work(tx: Transaction) -> None:
        report = opened(tx, 7, person_id=resident(tx))
        steps = (
            lambda r: r.claim(by=CANUL, at=NOON + timedelta(minutes=12)),
            lambda r: r.close(
                by=CANUL, disposition=Disposition.ATTENDED, sentence="x", at=NOON + timedelta(hours=1)
            ),
            lambda r: r.reopen(at=NOON + timedelta(hours=2)),
        )
        for step in steps:
            change = step(report)
            tx.reports.save(change)
            report = change.report

    await store.run(work)
    (line,) = await exported(store, municipality)
    assert list(line) == list(COLUMNS)
    assert line["folio"] == folios.show(folios.make(7))
    assert (line["estado"], line["reabierto"], line["minutos_a_tomado"]) == ("received", "1", "12")
    assert (line["colonia"], line["cantidad"], line["cerrado"]) == ("Centro", "1", "")
    assert line["recibido"] == NOON.astimezone(municipality.time_zone).strftime("%Y-%m-%d %H:%M")


async def test_nothing_in_it_names_a_person_or_a_place_beyond_the_colonia(
    store: Store, municipality: Municipality
) -> None:
    def work(tx: Transaction) -> str:
        person = resident(tx)
        opened(tx, 1, person_id=person, text="Juan Pérez")
        return person

    person = await store.run(work)
    text = str(await exported(store, municipality))
    assert [secret for secret in (person, "rosa", "Juan", "Roma 12") if secret in text] == []


async def test_confidential_reports_are_a_number_a_month(store: Store, municipality: Municipality) -> None:
    """In the local month; no folio, no colonia, no kind of their own."""
    moments = [NOON, NOON + timedelta(hours=1), NOON + timedelta(days=20)]

    def work(tx: Transaction) -> None:
        for n, at in enumerate(moments):
            opened(tx, n, named_list="geavig", opened_at=at)

    await store.run(work)
    lines = await exported(store, municipality)
    assert [(line["tipo"], line["recibido"], line["cantidad"]) for line in lines] == [
        ("confidencial", "2026-11", "2"),
        ("confidencial", "2026-12", "1"),
    ]
    assert {line[name] for line in lines for name in ("folio", "colonia", "sectores", "estado")} == {""}


async def test_what_the_municipality_took_off_its_lists_is_still_a_line(
    store: Store, municipality: Municipality
) -> None:
    from bot.domain.territory import Place

    await store.run(lambda tx: opened(tx, kind="=gone()", place=Place(colonia="gone")))
    (line,) = await exported(store, municipality)
    assert (line["tipo"], line["colonia"]) == ("'=gone()", "")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+52", "'+52"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\tx", "'\tx"),
        (None, ""),
        (3, "3"),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell: object, written: str) -> None:
    assert safe(cell) == written


@given(st.text())
def test_whatever_is_written_no_cell_begins_with_a_risky_sign(text: str) -> None:
    assert not safe(text).startswith(RISKY)
    assert safe(text).removeprefix("'").endswith(text.removeprefix("'"))


def test_every_column_is_explained() -> None:
    rows = list(csv.reader(io.StringIO(dictionary())))
    assert rows[0] == ["columna", "significado"]
    assert [row[0] for row in rows[1:]] == list(COLUMNS)
    assert all(row[1] for row in rows)
