"""The department's log: issues raised and how they ended. No identities, no texts, places to the colonia."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.domain import folio as folios
from bot.domain.concern import Priority
from bot.municipality import Municipality
from storage.store import Transaction

COLUMNS = {
    "folio": "Número público del reporte; vacío en la cuenta mensual de confidenciales",
    "tipo": "Asunto (asuntos.yaml); «confidencial» agrupa todos los tipos reservados a una lista",
    "prioridad": "P0 peligro ahora a P4 según se acuerde",
    "colonia": "Colonia; nunca la calle ni el punto",
    "sectores": "Sectores que lo oyeron",
    "piloto": "sí si la colonia es del programa piloto",
    "estado": "received, claimed, awaiting_resident, referred, closed",
    "resultado": "attended, solved_by_other, not_located, duplicate, withdrawn, not_ours",
    "canalizado_a": "Dependencia (directorio.yaml)",
    "resuelto_segun_vecino": "yes, no, unsure; vacío si no contestó",
    "reabierto": "Cuántas veces se abrió de nuevo",
    "recibido": "Fecha y hora local",
    "tomado": "Fecha y hora local de la primera vez que alguien lo tomó",
    "cerrado": "Fecha y hora local",
    "minutos_a_tomado": "Minutos de recibido a tomado",
    "cantidad": "1, o cuántos en la cuenta mensual de confidenciales",
}
RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take the cell for a formula


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(RISKY) else text


def write_csv(tx: Transaction, municipality: Municipality) -> str:
    """The whole log as CSV, oldest first, then the monthly count of confidential reports."""
    return table(COLUMNS, (*_rows(tx, municipality), *_confidential(tx, municipality)))


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV; no cell computes."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(columns), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: safe(row.get(name)) for name in columns})
    return written.getvalue()


def dictionary(columns: Mapping[str, str] = COLUMNS) -> str:
    """What each column means."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("columna", "significado"))
    writer.writerows(columns.items())
    return written.getvalue()


def _rows(tx: Transaction, municipality: Municipality) -> Iterator[dict[str, object]]:
    reopened = tx.statistics.reopened()
    for one in tx.statistics.log():
        kind = municipality.kinds.get(one["kind"])
        colonia = municipality.territory.colonia(one["colonia"])
        yield {
            "folio": folios.show(one["folio"]),
            "tipo": kind.name if kind else one["kind"],
            "prioridad": Priority(one["priority"]).name,
            "colonia": colonia.name if colonia else "",
            "sectores": ", ".join(json.loads(one["sectors"])),
            "piloto": "sí" if one["pilot"] else "no",
            "estado": one["status"],
            "resultado": one["disposition"],
            "canalizado_a": one["referred_to"],
            "resuelto_segun_vecino": one["solved"],
            "reabierto": reopened.get(one["folio"], 0),
            "recibido": local(one["opened_at"], municipality),
            "tomado": local(one["claimed_at"], municipality),
            "cerrado": local(one["closed_at"], municipality),
            "minutos_a_tomado": _minutes(one["opened_at"], one["claimed_at"]),
            "cantidad": 1,
        }


def _confidential(tx: Transaction, municipality: Municipality) -> Iterator[dict[str, object]]:
    months = Counter(
        moment.astimezone(municipality.time_zone).strftime("%Y-%m")
        for moment in tx.statistics.confidential_moments()
    )
    for month, n in sorted(months.items()):
        yield {"tipo": "confidencial", "recibido": month, "cantidad": n}


def local(at: datetime | None, municipality: Municipality) -> str:
    """Date and hour there; "" of what was not yet."""
    return at.astimezone(municipality.time_zone).strftime("%Y-%m-%d %H:%M") if at else ""


def _minutes(opened: datetime, claimed: datetime | None) -> object:
    return round((claimed - opened).total_seconds() / 60) if claimed else None
