"""The department's memory of its rounds on foot: where, when, how many people, what about, what was done. No words, no names."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.walk import Did, summary
from bot.municipality import Municipality
from handlers.log_export import local, table
from storage.store import Transaction

COLUMNS = {
    "colonia": "Colonia que se recorrió",
    "sector": "Su sector",
    "empezó": "Fecha y hora local",
    "terminó": "Fecha y hora local",
    "paradas": "En cuántas se habló con alguien",
    "personas": "Con cuántas en total",
    "escuchar": "Paradas en que se escuchó",
    "consejo": "Paradas en que se dio un consejo",
    "mediación": "Paradas en que se medió",
    "llamada a servicios": "Paradas en que se llamó a otra dependencia",
    "promesa de volver": "Paradas en que se prometió algo",
    "reportes": "Cuántas paradas pasaron a ser un reporte",
    "contaron": "De qué se habló (asuntos.yaml) y en cuántas paradas; lo confidencial nunca",
}
DID = {
    Did.LISTENED: "escuchar",
    Did.ADVICE: "consejo",
    Did.MEDIATED: "mediación",
    Did.CALLED: "llamada a servicios",
    Did.PROMISED: "promesa de volver",
}


def write_csv(tx: Transaction, municipality: Municipality) -> str:
    """Every round that met somebody and is over, oldest first, as CSV."""
    return table(COLUMNS, _rows(tx, municipality))


def _rows(tx: Transaction, municipality: Municipality) -> Iterator[dict[str, object]]:
    for walk, stops in tx.walks.over():
        came_to = summary(stops)
        colonia, sector = (
            municipality.territory.colonia(walk.colonia),
            municipality.territory.sector(walk.sector),
        )
        heard = (f"{_kind(municipality, slug)} {n}" for slug, n in came_to.kinds)
        yield {
            "colonia": colonia.name if colonia else walk.colonia,
            "sector": sector.name if sector else walk.sector,
            "empezó": local(walk.started_at, municipality),
            "terminó": local(walk.ended_at, municipality),
            "paradas": came_to.stops,
            "personas": came_to.met,
            **dict.fromkeys(DID.values(), 0),
            **{DID[did]: n for did, n in came_to.did},
            "reportes": came_to.reports,
            "contaron": ", ".join(heard),
        }


def _kind(municipality: Municipality, slug: str) -> str:
    kind = municipality.kinds.get(slug)
    return kind.short if kind else slug
