"""What the office's browser shows: plain HTML without scripts. Everything that a person wrote is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.domain.referral import Outcome

LONGEST = 500
CHOICES: tuple[tuple[Outcome, str], ...] = (
    (Outcome.WILL_DO, "Sí, lo vamos a atender"),
    (Outcome.DONE, "Ya quedó"),
    (Outcome.NOT_OURS, "No nos toca"),
    (Outcome.OTHER, "Otra respuesta"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the office is asked, in words."""

    programme: str
    office: str
    folio: str
    kind: str
    colonia: str
    opened: str
    text: str
    until: str


def form(
    question: Question, seal: str, *, outcome: Outcome | None = None, said: str = "", wrong: str = ""
) -> str:
    """The question and the way to answer; what was already said stays when something is wrong."""
    choices = "\n".join(_choice(one, label, chosen=one is outcome) for one, label in CHOICES)
    alert = f'<p class="mal" role="alert">{escape(wrong)}</p>' if wrong else ""
    body = f"""
<h1>¿Qué contesta {escape(question.office)}?</h1>
{_about(question)}
{alert}
<form method="post">
<input type="hidden" name="sello" value="{escape(seal)}">
<fieldset>
<legend>Su respuesta</legend>
{choices}
</fieldset>
<label for="texto">Cuándo, qué falta o por qué no <span>(hasta {LONGEST} letras)</span></label>
<textarea id="texto" name="texto" rows="5" maxlength="{LONGEST}">{escape(said)}</textarea>
<p class="nota">La lee el equipo y puede llegarle a quien avisó. No ponga nombres, teléfonos ni otros datos personales.</p>
<button type="submit">Enviar respuesta</button>
</form>
<p class="nota">Este enlace sirve para una sola respuesta, hasta el {escape(question.until)}. Si hay peligro: 911.</p>
"""
    return _document(question.programme, body)


def send(programme: str, office: str, text: str, ways: Sequence[tuple[str, str]]) -> str:
    """The text, and links that open it in the phone's own mail or WhatsApp."""
    links = "\n".join(f'<a class="boton" href="{escape(url)}">{escape(label)}</a>' for label, url in ways)
    body = f"""
<h1>Mandar a {escape(office)}</h1>
<blockquote>{escape(text)}</blockquote>
{links}
<p class="nota">Se abre ya escrito; solo falta enviarlo. No agregue nombres ni teléfonos de quien avisó.</p>
"""
    return _document(programme, body)


def plain(programme: str, title: str, *lines: str) -> str:
    """A page that only says something."""
    said = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return _document(programme, f"<h1>{escape(title)}</h1>\n{said}")


def _about(question: Question) -> str:
    rows = (
        ("Folio", question.folio),
        ("Asunto", question.kind),
        ("Colonia", question.colonia),
        ("Recibido", question.opened),
    )
    told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    quoted = f"<blockquote>{escape(question.text)}</blockquote>" if question.text else ""
    return f"<dl>{told}</dl>\n{quoted}"


def _choice(outcome: Outcome, label: str, *, chosen: bool) -> str:
    mark = " checked" if chosen else ""
    return (
        f'<label><input type="radio" name="respuesta" value="{outcome.value}" required{mark}> {label}</label>'
    )


def _document(programme: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>Respuesta de una dependencia</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/oficina.css">
</head>
<body>
<header>{escape(programme)}</header>
<main>{body}</main>
</body>
</html>
"""
