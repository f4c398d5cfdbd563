"""The 29 kinds of concern and the 8 intents, and the order in which they win when several fit."""

from __future__ import annotations

CONFIDENTIAL = (
    "violencia_familiar",
    "acoso_sexual",
    "desaparecida",
    "disparos_armas",
    "crisis_emocional",
    "extorsion_fraude",
    "venta_droga",
    "venta_robado",
    "queja_policia",
)
EMERGENCY = ("emergencia_otra",)
CRIMES = ("robo_casa", "robo_persona", "robo_vehiculo", "robo_negocio", "amenazas_rina", "sospechoso")
FAULTS = ("ruido", "consumo_via_publica", "vandalismo", "pleito_vecinal", "mascotas", "velocidad", "vialidad")
SERVICES = ("alumbrado", "servicios", "espacio_abandonado")
REQUESTS = ("rondin", "vecino_vigilante", "felicitacion")

KINDS = EMERGENCY + CONFIDENTIAL + CRIMES + FAULTS + SERVICES + REQUESTS
"""The 29 leaves, in the order that decides a tie: danger, confidential, crime, fault, service, request."""

INTENTS = (
    "estado_folio",
    "contacto_policia",
    "consejos",
    "percepcion",
    "privacidad",
    "saludo",
    "fuera_tema",
    "otro",
)

SLUGS = KINDS + INTENTS
