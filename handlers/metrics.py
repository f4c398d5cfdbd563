"""What a monitor reads: counts of this process, and figures of the store at that moment. Nothing names anybody.

A label is a channel, a lane, an outcome: never a person, a place, a folio or a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.statistics import Figures
from storage.store import Store

OF_PROCESS = CollectorRegistry()

# received = the sum of handled, save those in the hands of a turn at this moment (P7: nothing vanishes)
RECEIVED = Counter(
    "proximidad_received", "Eventos que entregaron los canales.", ["channel"], registry=OF_PROCESS
)
HANDLED = Counter(
    "proximidad_handled",
    "Qué fue de cada evento: done, held, dead, repeated, unavailable.",
    ["outcome"],
    registry=OF_PROCESS,
)
SENDS = Counter(
    "proximidad_sends",
    "Llamadas de envío: sent, o el nombre de la falla.",
    ["channel", "outcome"],
    registry=OF_PROCESS,
)
received, handled, sent = cache(RECEIVED.labels), cache(HANDLED.labels), cache(SENDS.labels)
TURN_SECONDS = Histogram(
    "proximidad_turn_seconds",
    "Del evento recibido a su COMMIT con fsync.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=OF_PROCESS,
)
STORE_SECONDS = Histogram(
    "proximidad_store_write_seconds",
    "Cuánto tarda en guardar una escritura de prueba.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    registry=OF_PROCESS,
)
STUCK = Counter(
    "proximidad_stuck", "Veces que el vigía halló detenida una parte.", ["part"], registry=OF_PROCESS
)


async def page(store: Store, at: datetime) -> bytes:
    """Everything, in Prometheus' text format. Raises StoreUnavailable."""
    figures = await store.read(lambda tx: tx.statistics.figures(at))
    now = CollectorRegistry()
    now.register(_OfStore(figures, at))
    return generate_latest(OF_PROCESS) + generate_latest(now)


class _OfStore(Collector):
    """The figures of one moment as gauges."""

    def __init__(self, figures: Figures, at: datetime) -> None:
        self._figures, self._at = figures, at

    def collect(self) -> Iterator[Metric]:
        """One family a figure."""
        f = self._figures
        yield _by("inbox_events", "Eventos guardados (30 días), por estado.", "state", f.inbox.items())
        yield _one("messages_held", "Mensajes que pasaron del límite y esperan al mando.", f.messages_held)
        yield _one("reports_held", "Reportes retenidos que esperan al mando.", f.reports_held)
        yield _one("dead_letters", "Apartados sin resolver.", f.dead_letters)
        yield _by("outbox_open", "Mensajes por salir, por carril.", "lane", f.outbox_open.items())
        yield _by("outbox_oldest_seconds", "Cuánto espera el más viejo, por carril.", "lane", self._ages())
        yield _one("obligations", "Reportes que esperan a una persona.", f.obligations)
        yield _one("obligations_overdue", "De ellos, con su plazo vencido.", f.obligations_overdue)
        yield _one("officers_on_duty", "Oficiales en turno.", f.on_duty)
        yield _one("audit_lines", "Renglones de la bitácora.", f.audit_lines)

    def _ages(self) -> Iterable[tuple[str, float]]:
        for lane, since in self._figures.oldest.items():
            yield lane, max(0.0, (self._at - since).total_seconds())


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"proximidad_{name}", meaning, value=value)


def _by(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"proximidad_{name}", meaning, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family
