"""The long texts: complete in both languages, short enough for a chat, and in the right tone."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.triage import slugs

CONTENT = Path(__file__).parent.parent / "locales" / "content"
LANGUAGES = ("es", "en")

CONFIDENTIAL, KINDS = set(slugs.CONFIDENTIAL), set(slugs.KINDS)
FINER = {"acoso_digital", "fraude_bancario", "fuera_tema", "percepcion"}
KEYS = ["title", "label", "description", "kinds", "hook"]
ANONYMITY = ["con_nombre", "con_reserva", "sin_datos"]

NEVER_PUSHED = {"violencia-de-genero", "ninez-en-linea", "extorsion-telefonica", "adultos-mayores"}
"""Subjects near a confidential kind: shown when asked for, never offered after a report."""

INFORMAL = re.compile(
    r"""
    \b(?: tú | tu | tus | te | ti | contigo | tuy[oa]s? | vos )\b
  | \b(?: eres | estás | tienes | puedes | quieres | sabes | vas | ves | vives | necesitas | debes
        | prefieres | deseas | crees | sientes | dices | haces | viste | estuviste | corres | serías )\b
  | \b(?: dinos | dime | dile | dilo | cuéntanos | cuéntame | avísanos | avísame | escríbenos | mándanos
        | llámanos | ayúdanos | guárdal[oa]s? | repórtalo | cuéntal[oe] | mándal[oa] | aléjate | tírate )\b
  | \b(?: llama | marca | escribe | manda ) \s+ (?: al | a | tu | ya | ahora | con )\b
  | (?: ^-\s | ^ | [.:;¿?!]\s )\**
    (?: llama | marca | cierra | guarda | anota | evita | busca | pide | toma | usa | avisa | camina | cuelga
      | revisa | habla | espera | entra | haz | pon | ten | ve | sal | di | da | bloquea | denuncia | acude
      | tapa | cuenta | cancela | estaciona | escucha | borra | junta | comparte | elige | cambia )\b
  | (?: ^-\s | ^ | [.:;]\s ) no \s+ (?! las\b | los\b | más\b ) (?: \w+[ea]s )\b
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
JARGON = re.compile(
    r"""
    \b(?: masculinos? | femeninas? )\b
  | \b(?: el | la | los | las ) \s+ (?: mencionad | susodich | citad | referid | antes\ mencionad )[oa]s?\b
  | \b(?: occiso | fémina | ciudadan[oa]s? | usuari[oa]s? | elementos? | IPH | ilícitos? | in\ fraganti )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
MARKUP = re.compile(r"<[A-Za-z/!]|&[a-z]+;|\]\(|^#(?!# )|(?<!\*)\*(?!\*)|__|```", re.MULTILINE)
NATIONAL_NUMBERS = {"911", "089", "079", "800 911 2000"}
"""Free, national and certain; every other number is the directory's, shown once confirmed."""

NUMBER = re.compile(r"(?<![\d.])(?:\d[\d ]{5,}\d|0\d\d|911)(?!\d)")
TELLING = re.compile(
    r"drog|robad|violen|golpe|abus|acos|sexual|arma\b|armas|dispar|balaz|extors|quej|polic|patrull|suicid"
    r"|drug|stolen|assault|harass|weapon|gun|shot|complain|police|patrol",
    re.IGNORECASE,
)


def read(language: str, name: str) -> str:
    return (CONTENT / language / name).read_text(encoding="utf-8")


def one_text(language: str, name: str) -> tuple[dict[str, str], list[str]]:
    """A file of one text: `key: value` lines, a line `---`, then blocks between blank lines."""
    head, mark, body = read(language, name).partition("\n---\n")
    assert mark, f"{language}/{name}: no line --- after the front matter"
    facts = [line.partition(":") for line in head.splitlines()]
    assert all(colon for _, colon, _ in facts), f"{language}/{name}: a front matter line has no colon"
    return {key: value.strip() for key, _, value in facts}, body.strip().split("\n\n")


def sections(language: str, name: str) -> dict[str, str]:
    """A file of many texts: `## slug`, then the text."""
    parts = re.split(r"^## ", read(language, name), flags=re.MULTILINE)
    assert not parts[0].strip(), f"{language}/{name}: text before the first heading"
    named = [part.partition("\n") for part in parts[1:]]
    slugs = [slug for slug, _, _ in named]
    assert len(slugs) == len(set(slugs)), f"{language}/{name}: a slug stands twice"
    return {slug: text.strip() for slug, _, text in named}


def names(language: str) -> set[str]:
    root = CONTENT / language
    return {str(path.relative_to(root)) for path in root.rglob("*.md")}


TIPS = sorted(name for name in names("es") if name.startswith("tips/"))
SINGLE = ("welcome.md", "privacy-short.md", "privacy-full.md")
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_tip = pytest.mark.parametrize("name", TIPS)
every_spanish_file = pytest.mark.parametrize("name", sorted(names("es")))


def test_both_languages_have_the_same_files() -> None:
    assert names("es") == names("en")
    assert {*SINGLE, "advice.md", "anonymity.md"} < names("es")
    assert 1 <= len(TIPS) <= 12


@every_language
@every_tip
def test_a_tip_fits_its_buttons_rows_and_messages(language: str, name: str) -> None:
    facts, blocks = one_text(language, name)
    assert list(facts) == KEYS
    assert all(facts[key] for key in KEYS if key != "kinds")
    assert len(facts["label"]) <= 20
    assert len(facts["title"]) <= 60
    assert len(facts["description"]) <= 72
    assert len(facts["hook"]) <= 160
    for block in blocks:
        assert len(block) <= 900
        lines = block.splitlines()
        tips = [line for line in lines if line.startswith("- ")]
        assert 1 <= len(tips) <= 3
        assert lines[-len(tips) :] == tips, "only a heading may stand above the tips"
        assert len(lines) - len(tips) <= 1


@every_language
def test_labels_and_titles_are_unique_whatever_the_case(language: str) -> None:
    heads = [one_text(language, name)[0] for name in TIPS]
    for key in ("label", "title"):
        assert len({head[key].casefold() for head in heads}) == len(heads)


@every_language
def test_tips_are_offered_after_known_kinds_and_never_after_a_confidential_one(language: str) -> None:
    offered: Counter[str] = Counter()
    for name in TIPS:
        kinds = [kind.strip() for kind in one_text(language, name)[0]["kinds"].split(",") if kind.strip()]
        assert not kinds or Path(name).stem not in NEVER_PUSHED
        offered.update(kinds)
    assert set(offered) <= KINDS - CONFIDENTIAL
    assert max(offered.values()) <= 3, "more subjects than a message has buttons"
    crimes = {"robo_casa", "robo_persona", "robo_vehiculo", "robo_negocio", "sospechoso"}
    assert crimes | {"rondin", "vecino_vigilante"} <= set(offered)


@every_tip
def test_a_tip_is_offered_after_the_same_kinds_in_both_languages(name: str) -> None:
    spanish, english = one_text("es", name), one_text("en", name)
    assert spanish[0]["kinds"] == english[0]["kinds"]
    assert [block.count("\n- ") for block in spanish[1]] == [block.count("\n- ") for block in english[1]]


@every_language
def test_every_kind_has_short_advice(language: str) -> None:
    advice = sections(language, "advice.md")
    assert set(advice) == KINDS | FINER
    assert {slug: len(text) for slug, text in advice.items() if not 40 <= len(text) <= 300} == {}
    assert all("\n" not in text for text in advice.values())


@every_language
def test_advice_on_a_confidential_kind_says_nothing_on_a_locked_screen(language: str) -> None:
    advice = sections(language, "advice.md")
    for slug in CONFIDENTIAL | {"acoso_digital"}:
        assert not TELLING.search(advice[slug][:60]), slug


@every_language
def test_kinds_that_may_be_dangerous_name_the_911(language: str) -> None:
    advice = sections(language, "advice.md")
    dangerous = (CONFIDENTIAL - {"venta_droga", "venta_robado", "queja_policia"}) | {
        "robo_casa",
        "robo_persona",
        "robo_negocio",
        "sospechoso",
        "amenazas_rina",
        "emergencia_otra",
    }
    assert {slug for slug in dangerous if "911" not in advice[slug]} == set()


@every_language
def test_violence_is_never_answered_with_mediation(language: str) -> None:
    texts = [
        sections(language, "advice.md")["violencia_familiar"],
        read(language, "tips/violencia-de-genero.md"),
    ]
    for text in texts:
        assert not re.search(r"dialog|mediaci|concilia|mediation|talk (it )?over", text, re.IGNORECASE)


@every_language
def test_the_three_anonymity_cards_promise_confidence_and_no_more(language: str) -> None:
    cards = sections(language, "anonymity.md")
    assert list(cards) == ANONYMITY
    for text in cards.values():
        assert len(text) <= 300
        assert not re.search(r"an[oó]nim|anonymous", text, re.IGNORECASE)


@every_language
@pytest.mark.parametrize("name", SINGLE)
def test_cards_and_notices_fit_their_messages(language: str, name: str) -> None:
    facts, blocks = one_text(language, name)
    assert facts["title"]
    assert all(len(block) <= 900 for block in blocks)
    if name.startswith("privacy"):
        assert facts["version"] == one_text("es", "privacy-full.md")[0]["version"]
    if name == "privacy-short.md":
        assert len(blocks) == 1, "the short notice is one card"


@every_language
def test_the_first_words_anyone_reads_are_the_911(language: str) -> None:
    assert "911" in one_text(language, "welcome.md")[1][0].splitlines()[0]


@every_language
def test_the_notices_are_honest_about_the_chat_companies(language: str) -> None:
    for name in ("privacy-short.md", "privacy-full.md"):
        text = read(language, name)
        assert "Telegram" in text
        assert "WhatsApp" in text
        assert "[por confirmar:" in text
    assert "Twilio" in read(language, "privacy-full.md")


@every_spanish_file
def test_residents_are_addressed_with_usted(name: str) -> None:
    assert [match.group() for match in INFORMAL.finditer(read("es", name))] == []


@pytest.mark.parametrize(
    "phrase",
    [
        "Llama al 911.",
        "- Cierra la puerta.",
        "si tienes miedo",
        "dinos dónde",
        "tu casa",
        "No pagues.",
        "Ven contigo",
    ],
)
def test_the_tone_check_hears_tu(phrase: str) -> None:
    assert INFORMAL.search(phrase)


@pytest.mark.parametrize(
    "phrase", ["Llame al 911.", "- Cierre la puerta.", "No las toque.", "Que llame usted."]
)
def test_the_tone_check_lets_usted_pass(phrase: str) -> None:
    assert not INFORMAL.search(phrase)


@every_spanish_file
def test_no_police_jargon(name: str) -> None:
    assert [match.group() for match in JARGON.finditer(read("es", name))] == []


@every_language
@every_spanish_file
def test_no_markup_but_bold_lists_and_headings(language: str, name: str) -> None:
    text = read(language, name)
    assert [match.group() for match in MARKUP.finditer(text)] == []
    assert all(line.count("**") % 2 == 0 for line in text.splitlines())
    assert "\t" not in text
    assert all(line == line.rstrip() or line == "kinds:" for line in text.splitlines())


@every_language
@every_spanish_file
def test_only_certain_national_numbers_are_named(language: str, name: str) -> None:
    found = {match.group().strip() for match in NUMBER.finditer(read(language, name))}
    assert found <= NATIONAL_NUMBERS


@pytest.mark.parametrize("name", sorted(names("es") - {"privacy-full.md"}))  # a legal notice lists articles
def test_sentences_can_be_read_aloud(name: str) -> None:
    sentences = re.split(r"[.?!:;]\s|\n", read("es", name))
    assert [sentence for sentence in sentences if len(sentence.split()) > 34] == []
