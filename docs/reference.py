"""Write what can be looked up: `flujos.md`, `datos.md` and the settings of `../README.md`.

    uv run python docs/reference.py

Names, words, buttons and roles come from the code; what each is for stands here, in Spanish. Something new in the
code ends this script with its name until it is described, and `tests/test_documents.py` compares.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import handlers.reception  # noqa: F401  # whoever receives knows every flow
from bot.domain.roster import Role
from bot.settings import Settings, names
from handlers.menus import ENTRIES, TAPS
from handlers.talks import SCRIPTS
from storage.schema import metadata

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- ajustes: los escribe docs/reference.py -->", "<!-- fin de ajustes -->"

FLOWS = {
    "report": "Contar un asunto: tipo, lugar, qué pasa, quién puede saber de mí, revisar, folio. "
    "El oficial anota así lo que le cuentan en la calle",
    "danger": "Después de dar el 911: «Avisar al turno» abre un reporte urgente; «Ya estoy a salvo» no avisa a nadie",
    "add": "Agregar texto, voz o fotos a un reporte ya hecho",
    "withdraw": "Decir que ya no hace falta; se pregunta una vez",
    "my_police": "Dónde vive o por dónde anda, y quién atiende ahí",
    "visit": "Qué colonia quiere que recorran",
    "erase": "Solicitar que se borren los datos propios; se pregunta una vez",
    "ask": "Preguntarle algo a quien reportó, sin ver su número",
    "note": "Dejar una nota en el caso; quien reportó no la ve",
    "refer": "Pasar el caso a otra dependencia, con una nota si hace falta, y ver el mensaje antes de que salga",
    "mediation": "Mediar: si cada parte quiere, los puntos del acuerdo, y ver lo que le llegará a quien avisó",
    "office_said": "Anotar lo que otra dependencia contestó por teléfono o en persona, y ver el mensaje antes de que salga",
    "handover": "Al salir de turno: si los casos pasan a quien entra, y una nota escrita o de voz",
    "promise": "Prometer algo con hora o día sobre un caso, y ver el mensaje antes de que salga",
    "promise_move": "Cambiar la hora de una promesa antes de que venza",
    "promise_off": "Decir a tiempo que no se va a poder, con el porqué",
    "visits": "Programar visitas de la patrulla: en qué horas, cuántos días, y ver el mensaje antes de que salga",
    "visit_done": "Al salir de una visita: una frase para quien la pidió",
    "warn": "Qué hay que cuidar en el lugar, cómo se sabe y por cuánto tiempo; lo aprueba el mando",
    "pass": "A qué compañero se le ofrece un caso; sigue siendo suyo hasta que el otro acepte",
    "whose": "De cuál de los casos en las manos es lo que se dictó, filmó o escribió",
    "close": "Cerrar: una frase lista o propia, y ver el mensaje tal como llegará antes de que salga; también canaliza",
    "rotation": "El plan de recorridos de la semana: propuesta con sus razones, se cambia tocando un día, y se confirma",
    "badge": "¿Es policía de verdad? Placa o unidad, y la palabra que deben mostrar los dos teléfonos",
    "walk": "En qué colonia se va a caminar: se proponen las más pedidas y las que llevan más tiempo sin recorrido",
    "stop": "Una parada: qué le contaron, escrito o por voz, y qué se hizo ahí mismo; lo confidencial va a su lista",
    "stop_kind": "De qué trataba una parada, cuando las palabras no bastaron; lo confidencial va a su lista",
    "met": "Con cuántas personas se habló en una parada",
    "follow": "Con un código que le mostró el oficial: seguir como propio lo que le anotaron",
    "help": "Contestar a quien pidió hablar con una persona",
    "reassign": "Elegir a quién se le pasa un caso",
    "bind_group": "Elegir el sector y obtener el código con el que un mando vincula su grupo",
    "invite": "Elegir la plaza y obtener un código de un solo uso",
    "revoke": "Elegir a quién se da de baja; se pregunta una vez",
    "forget": "Decidir sobre una solicitud de borrado; dice cuánto es, no de quién",
    "reset_pin": "Restablecer el PIN de alguien, después de confirmar que es quien dice",
    "pause": "Pausar los avisos de quien abusa: motivo, tiempo, y confirmar; la persona lo lee y puede pedir revisión",
}

WORDS = {
    "menu": "El menú de cada quien; lo que estaba a medias se guarda o se olvida",
    "start": "Saludo; con un código de alta, el alta",
    "back": "Una pregunta atrás",
    "cancel": "Olvida lo que estaba a medias",
    "help": "Qué se puede decir en cualquier momento",
    "emergency": "911 y 089, antes que nada",
    "report": "Empieza un reporte; si hay uno a medias, lo sigue",
    "jot": "El oficial anota un asunto de alguien que encontró en la calle",
    "resume": "Sigue el reporte a medias",
    "more": "El resto de lo que se puede hacer",
    "my_police": "Quién atiende un lugar, con teléfono y horario confirmados",
    "directory": "Los números que el municipio confirmó; 911 y 089 siempre",
    "tips": "Consejos de prevención por tema",
    "privacy": "Aviso de privacidad en corto, y los derechos sobre los datos",
    "privacy_full": "El aviso completo",
    "my_data": "Todo lo que hay guardado de este chat",
    "erase": "Pedir que se borren los datos",
    "anonymity": "Tres maneras de avisar, y quién ve qué en cada una",
    "visit": "Pedir que el equipo recorra la colonia; se cuenta, no se promete día",
    "my_reports": "Los últimos diez reportes y cómo van; los confidenciales no salen en ninguna lista",
    "again": "Volvió a pasar lo de un reporte propio: un renglón de su diario",
    "person": "Hablar con una persona del equipo; si no hay nadie, se dice el horario",
    "end_person": "Termina la plática con la persona",
    "language": "Cambia entre español e inglés",
    "opt_out": "BAJA: nada que no se haya pedido",
    "opt_in": "ALTA: otra vez sí",
    "about": "Quién contesta por aquí y para qué",
    "thanks": "Nada más",
    "start_shift": "Entra en turno, el que propone el rol si lo hay; la tarjeta dice qué le entregan y qué espera, por calle",
    "end_shift": "Sale de turno: la entrega se escribe sola y solo se pide la nota",
    "rotation": "Planear los recorridos de la semana por colonia; a quien lo pidió se le avisa antes y se le cuenta después",
    "badge": "Comprobar que alguien es policía: una palabra de un solo uso en los dos teléfonos",
    "walk": "Empieza un recorrido a pie por una colonia, o dice cómo va el que está en marcha; uno a la vez",
    "note_stop": "Anota una parada; mientras dura el recorrido basta una nota de voz",
    "caution": "Avisa de un riesgo de un lugar, haya o no reporte: ubicación, o calle y colonia",
    "end_walk": "Termina el recorrido: su resumen, en números, también le llega al mando",
    "duty": "En turno o no, y qué tiene en sus manos",
    "mode": "A pie, en patrulla o en moto",
    "pause_shift": "Sin avisos por un rato; los casos siguen siendo suyos y la pausa termina sola",
    "resume_shift": "Termina la pausa; se ve qué llegó mientras",
    "on_duty": "Quién está, dónde, cómo y desde cuándo; quién falta; qué sector se queda sin nadie, ahora y después",
    "pending": "Lo que tiene en sus manos y lo que espera en su sector",
    "promises": "Lo prometido que está pendiente; al mando, cuántas se cumplen por mes y por sector",
    "status": "Abiertos, sin tomar, fuera de plazo, quién está en turno",
    "pin": "Poner o cambiar el PIN; el mensaje que lo lleva se borra",
    "reset_pin": "Elegir a quién se le restablece el PIN",
    "offices": "Cómo contesta cada dependencia: enviados, contestados, días, sin respuesta",
    "groups": "Los grupos de Telegram vinculados a un sector, y cómo vincular otro",
    "bind_group": "Empieza a vincular un grupo",
    "held": "Lo que se guardó sin avisar, por un límite o una pausa, para decidir",
    "appeal": "Pedir que otra persona del mando revise una pausa",
    "team": "Quién tiene alta y quién está en turno",
    "invite": "Código de alta para una plaza",
    "revoke": "Quita el alta: deja de oír en segundos",
}

BUTTONS = {
    "claim": "El reporte es suyo; el primero gana y a los demás se les dice quién lo tiene",
    "decline": "No puede: se avisa al siguiente",
    "support": "Va de apoyo de quien lo tiene",
    "case": "El caso completo para quien lo atiende y el mando; a los demás, el encabezado",
    "way": "Va en camino; se le dice a quien reportó",
    "here": "Llegó al lugar",
    "release": "Lo devuelve al sector y el aviso vuelve a subir",
    "ask": "Empieza una pregunta a quien reportó",
    "note": "Empieza una nota",
    "refer": "Empieza a canalizar",
    "done": "Empieza a cerrar; los botones de «Llegué» traen ya la frase",
    "missing": "Cerrar sin localizar, con la frase lista",
    "need": "Preguntar, apoyo, canalizar, nota, soltar",
    "begin": "Empieza el turno que propone el rol, de otro modo o a otro horario",
    "mode": "Cambia cómo anda en el turno",
    "panel": "Qué pasó, se prometió y se hizo a menos de 150 m en 12 meses; sin nombres y sin lo confidencial",
    "warn": "Empieza un aviso de riesgo del lugar, que aprueba el mando y vence",
    "doubt": "Dice que un riesgo ya no está; el mando decide",
    "safe": "Aprueba un aviso de riesgo",
    "nosafe": "No lo aprueba; se le dice a quien lo propuso",
    "unsafe": "Quita un aviso de riesgo antes de que venza",
    "pass": "Empieza a pasar el caso a un compañero del turno, que acepta o no",
    "accept": "Acepta un caso que le ofrecen: ya es suyo y la persona lo sabe",
    "notme": "No puede con el caso que le ofrecen; sigue con quien lo tiene",
    "snooze": "Cuándo recordarle un caso suyo",
    "wake": "Se le recuerda a esa hora, y antes no",
    "received": "Firma de recibido lo que dejó el turno anterior; los casos que pasan quedan a su nombre",
    "handnote": "Deja la nota de entrega de un turno que terminó solo",
    "visits": "Empieza a programar visitas; en pleitos solo el mando",
    "vin": "Llegó a la visita; puede mandar su ubicación como constancia",
    "vout": "Salió de la visita: quien la pidió recibe de qué hora a qué hora",
    "word": "Empieza una promesa",
    "promise": "Una promesa y qué se puede hacer con ella",
    "kept": "Se cumplió; se le dice a quien reportó",
    "pmove": "Empieza a cambiarle la hora",
    "poff": "Empieza a decir que no se va a poder",
    "same": "Los dos teléfonos muestran la misma palabra",
    "notsame": "No es la misma palabra: el 911; a las tres fallidas lo sabe el mando",
    "thank": "Dar las gracias a quien atendió: le llegan en su turno, sin nombre",
    "wjot": "Lo que se oyó en una parada pasa a ser un reporte",
    "wmet": "Cuántas personas eran en esa parada",
    "wkind": "Dice de qué trataba una parada, o lo corrige",
    "give": "Un código de seis números, o su QR, para que la persona siga como propio lo que se le anotó",
    "mediate": "Empieza a mediar entre vecinos; en violencia o amenazas se niega y dice por qué",
    "pact": "Si el acuerdo se cumple: contesta quien avisó, o quien medió",
    "asktext": "El texto listo para mandarle a la dependencia, con un enlace nuevo para contestar; nunca de lo confidencial",
    "officesaid": "Empieza a anotar lo que la dependencia contestó por otro medio",
    "passon": "La respuesta de la dependencia le llega a quien reportó",
    "keepit": "La respuesta se queda en el caso",
    "call": "Pide apoyo: lo oyen su sector en turno y el mando",
    "ungroup": "Al grupo ya no le llega nada",
    "reassign": "Empieza a pasarlo a otra persona",
    "place": "El lugar exacto y los archivos de un asunto de alto riesgo: pide el PIN",
    "reset_pin": "Empieza a restablecer el PIN de quien lo bloqueó",
    "let": "Un reporte retenido avisa al sector",
    "let_in": "Los mensajes retenidos de una persona se atienden ahora, en su orden",
    "pause": "Empieza a pausar los avisos de quien mandó un reporte",
    "unpause": "Quita una pausa; se le avisa a la persona",
    "keep_pause": "Después de revisarla, la pausa sigue; se le avisa a la persona",
    "approve": "El número de control es el mismo en las dos pantallas: da el alta",
    "refuse": "El número no es el mismo: no hay alta",
    "forget": "Una solicitud de borrado: cuánto es, y si se borra",
    "help": "Toma la plática y escribe la respuesta",
    "helped": "Termina la plática",
    "helpfile": "Lo que mandó la persona: foto, voz o archivo",
    "see": "Cómo va el reporte propio y qué se puede hacer con él",
    "add": "Empieza a agregar algo",
    "again": "Volvió a pasar lo mismo: se anota en el reporte abierto, o se abre de nuevo el cerrado",
    "withdraw": "Empieza a retirarlo",
    "solved": "Contesta si quedó resuelto; «no» lo abre de nuevo",
    "tip": "Consejos de un tema, tres a la vez",
    "tips": "Más temas",
    "tipsof": "Consejos sobre lo que se acaba de reportar",
    "visit": "Pide que el equipo recorra esa colonia",
    "contact": "El teléfono institucional del sector, para guardarlo",
    "also": "El segundo asunto del mismo mensaje, en un reporte aparte",
    "noalso": "El segundo asunto no se reporta",
}

TABLES = {
    "meta": "De qué versión y de qué llavero es esta base, y valores propios del servicio",
    "person": "Una persona: un número al azar, su idioma, su consentimiento. Ni nombre ni teléfono",
    "vault_address": "**Bóveda.** A qué dirección de qué canal corresponde cada persona",
    "vault_alias": "**Bóveda.** Otras direcciones de la misma persona en el mismo canal",
    "staff": "Plazas: placa, nombre que oirán los vecinos, sectores, listas, alta",
    "handover": "La entrega de cada turno: qué se movió, qué queda, la nota, y quién la recibió",
    "safety_note": "Avisos de riesgo de un lugar: quién lo dice, hasta cuándo; se van con su reporte o 60 días tras vencer",
    "visit": "Visitas de la patrulla: la hora sorteada, quién la hizo, de cuándo a cuándo, a qué distancia del lugar",
    "shift": "Turnos: quién, dónde, de cuándo a cuándo",
    "planned_shift": "El rol: qué turnos vienen, por placa; el toque hace el turno. Se olvidan 60 días después",
    "inbox": "Lo que llegó: se guarda antes de contestar, y sirve para no atender dos veces lo mismo. "
    "El contenido se olvida a los 7 días",
    "replica": "Los procesos que comparten un PostgreSQL, por el reloj del servidor; con SQLite queda vacía",
    "dead_letter": "Lo que no se pudo atender, completo, hasta que alguien lo vea",
    "conversation": "Pláticas a medias: qué se preguntó y qué se contestó",
    "media": "Fotos, voz, documentos: qué son y en qué van. Lo que no llegó a un reporte se olvida a los 7 días, como lo dicho",
    "media_content": "Su contenido",
    "report": "Reportes",
    "follower": "Quién más dijo «es lo mismo» y oye las mismas novedades",
    "planned_walk": "El plan de recorridos de cada semana: colonia, día, y si se hizo",
    "badge_check": "Quién preguntó si alguien es policía, sobre qué placa conocida, y cómo salió; se olvida a los 2 días",
    "duty_unit": "En qué unidad va alguien en su turno, como lo dijo",
    "thanks": "Que se dieron las gracias, a quién y si ya lo oyó; no quién ni con qué palabras",
    "walk": "Recorridos a pie: quién, por qué colonia, de cuándo a cuándo",
    "walk_stop": "Sus paradas: cuántas personas, qué contaron, qué se hizo; sin nombres. Lo dicho se olvida a los 12 meses",
    "follow_code": "Códigos para seguir lo que un oficial anotó: solo su clave, valen un día y una vez",
    "event": "Qué le pasó a cada reporte, en cadena: no se puede quitar ni cambiar un eslabón sin que se note",
    "outbox": "Lo que hay que decir y cómo le fue: en espera, enviado, entregado, leído, fallido",
    "receipt": "Estados de entrega que llegaron antes de tiempo; se olvidan a los 7 días",
    "due": "Lo que vence: avisos sin tomar, preguntas, fines de turno, promesas",
    "promise": "Lo que alguien del equipo dijo que haría, con su hora, y si se cumplió",
    "sector_group": "Grupos de Telegram de un sector: quién lo vinculó y cuándo; el código no se guarda",
    "mediation": "Mediaciones entre vecinos: si cada parte quiso, y los puntos del acuerdo; la otra parte no queda registrada",
    "referral": "Lo que se le pidió a otra dependencia sobre un reporte, y qué contestó",
    "referral_link": "Los enlaces con los que contesta; el enlace mismo no se guarda",
    "help_request": "Quién pidió hablar con una persona",
    "visit_request": "Quién pidió que pasen por su colonia; hasta que se le cuenta, o 12 meses",
    "tally": "Intentos recientes (folios o códigos equivocados), para hacer esperar",
    "usage": "Cuánto hizo alguien, o todos juntos, en un minuto, una hora o un día: lo que miran los límites",
    "held_message": "Mensajes que pasaron del límite, completos, hasta que el mando los deja entrar",
    "pause": "Pausas que puso un mando: motivo, fin y si se pidió revisión",
    "pin": "PIN del personal (argon2id) y sus intentos",
    "audit": "Decisiones sobre el personal y lecturas delicadas, sin contenido",
}

KEPT = {"clear": "en claro", "sealed": "sellado", "keyed": "con clave", "ref": "referencia"}
ROLES = {Role.RESIDENT: "vecinos", Role.OFFICER: "oficiales", Role.SUPERVISOR: "mandos"}


def who(roles: Iterable[Role]) -> str:
    """The roles in words."""
    chosen = set(roles)
    return "todos" if chosen == set(Role) else ", ".join(ROLES[role] for role in Role if role in chosen)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    heads = tuple(heads)
    lines = (heads, ("---",) * len(heads), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def buttons() -> Mapping[str, list[str]]:
    """The labels under which each thing is pressed: "claim" -> Tomar, "m.menu" -> Menú."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "button" or len(node.args) < 2:
                continue
            label, token = node.args[:2]
            said = label.args[0] if isinstance(label, ast.Call) and label.args else None
            if isinstance(said, ast.Constant) and ast.unparse(label.func) in ("t", "who.t"):
                found.setdefault(_verb(token), []).append(f"«{said.value}»")
    return {verb: list(dict.fromkeys(labels)) for verb, labels in found.items()}


def _verb(token: ast.expr) -> str:
    start = token.values[0] if isinstance(token, ast.JoinedStr) else token
    text = str(start.value) if isinstance(start, ast.Constant) else ""
    return text if text.startswith("m.") else text.partition(".")[0]


def flows() -> str:
    """`flujos.md`."""
    pressed = buttons()
    talks = (
        (f"`{name}`", who(one.roles), FLOWS[name], "sí" if one.keeps else "no")
        for name, one in sorted(SCRIPTS.items())
    )
    words = (
        (
            f"`{one.name}`",
            ", ".join(one.words) or "—",
            ", ".join(pressed.get(f"m.{one.name}", [])) or "—",
            who(one.roles),
            WORDS[one.name],
        )
        for one in ENTRIES
    )
    taps = (
        (f"`{one.verb}`", ", ".join(pressed.get(one.verb, [])) or "—", who(one.roles), BUTTONS[one.verb])
        for one in TAPS
    )
    return f"""# Pláticas, palabras y botones

Todo lo que se puede decir y tocar. Lo escribe `docs/reference.py` a partir del programa; no lo edite a mano.

Lo que alguien escribe se lee en este orden: ¿hay peligro?, ¿es una palabra de las de abajo (sola, sin nada más)?,
¿contesta lo que se le preguntó?, ¿qué asunto es? Acentos y mayúsculas no importan. Todo botón se puede también
escribir: su número o su texto.

## Pláticas

Varias preguntas seguidas; *atrás* y *cancelar* valen en todas. Un borrador espera varios días, se recuerda una vez y se
sigue donde iba; lo demás se pregunta otra vez cuando haga falta.

{table(("nombre", "quién", "para qué", "es un borrador"), talks)}

## Palabras

Valen en cualquier momento, también como `/orden` en Telegram. «estado» y un folio dicen cómo va ese reporte, solo a
quien lo hizo; con más palabras, se agregan a ese reporte y nada se pierde. El personal escribe
también `tomar`, `voy`, `llegue`, `hecho`,
`necesito`, `apoyo`, `nota`, `soltar`, `ver` o `cerrar` y el folio.

{table(("nombre", "palabras", "botón", "quién", "qué hace"), words)}

## Botones de un reporte o de una tarjeta

Un botón viejo nunca falla: se contesta cómo está hoy el asunto. El derecho a tocarlo se revisa otra vez al tocarlo.

{table(("nombre", "botón", "quién", "qué hace"), taps)}
"""


def stored() -> str:
    """`datos.md`."""
    parts = []
    for one in sorted(metadata.tables.values(), key=lambda one: one.name):
        kept: dict[str, list[str]] = {}
        for column in one.columns:
            kept.setdefault(column.info["kept"], []).append(f"`{column.name}`")
        rows = ((KEPT[how], ", ".join(kept[how])) for how in KEPT if how in kept)
        parts.append(f"## {one.name}\n\n{TABLES[one.name]}.\n\n{table(('cómo', 'columnas'), rows)}\n")
    return f"""# Qué se guarda y cómo

Cada tabla y cada columna. Lo escribe `docs/reference.py` a partir de `storage/schema.py`; no lo edite a mano.

- **en claro**: lo puede leer quien tenga la base. Códigos, estados, fechas, la colonia. Nunca un texto, un nombre ni un teléfono.
- **sellado**: AES-256-GCM, atado a su tabla, columna y renglón. Sin el llavero no se lee, y no se puede mudar a otro renglón.
- **con clave**: huella HMAC con una llave de fuera de la base. Sirve para encontrar otra vez lo mismo, no para leerlo.
- **referencia**: número al azar de otro renglón; por sí solo no dice nada.

Las tablas de la **bóveda** son las únicas que unen a una persona con su dirección. Solo las abren quien recibe y quien
envía los mensajes.

{chr(10).join(parts)}"""


def settings() -> str:
    """The table of the README."""
    rows = []
    for name, meaning in names().items():
        default = Settings.model_fields[name.removeprefix("PROXIMIDAD_").lower()].get_default()
        text = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        shown = "—" if text in (None, "") else "el del servicio" if "://" in str(text) else f"`{text}`"
        rows.append((f"`{name}`", meaning.rstrip("."), shown))
    return table(("variable", "para qué", "si no se pone"), rows)


def with_settings(readme: str) -> str:
    """The README with today's table. Raises ValueError when its marks are gone."""
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{settings()}\n{END}{tail}"


def pages() -> dict[Path, str]:
    """Every page that is written here, as it should be."""
    readme = ROOT / "README.md"
    return {
        ROOT / "docs" / "flujos.md": flows(),
        ROOT / "docs" / "datos.md": stored(),
        readme: with_settings(readme.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
