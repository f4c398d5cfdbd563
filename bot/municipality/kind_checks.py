"""asuntos.yaml against itself and the other files: who may know, what is asked, where it leads."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.domain.concern import Confidentiality
from bot.domain.mediation import BARRED
from bot.municipality import forms
from bot.municipality.fields import TIP_SUBJECTS
from bot.municipality.problems import Path, Problem, did_you_mean
from bot.municipality.sheets import Sheets
from bot.municipality.yaml_file import YamlFile

ROWS = 10  # a list of WhatsApp holds no more

# Whoever tells of these is in danger if it is known: the law of the house, not the municipality's choice.
ALWAYS_LISTED = frozenset(
    {
        "venta_droga",
        "venta_robado",
        "violencia_familiar",
        "acoso_sexual",
        "disparos_armas",
        "extorsion_fraude",
        "desaparecida",
        "crisis_emocional",
        "queja_policia",
    }
)


def check_kinds(sheets: Sheets) -> Iterator[Problem]:
    """Every kind, then the rows behind which they stand."""
    sheet = sheets.kinds
    if sheet.form is None:
        return
    checker = KindChecker(sheets)
    for path, row in sheet.rows("asuntos", sheet.form.kinds):
        yield from checker.check(path, row)
    for path, group in sheet.rows("grupos", sheet.form.groups):
        behind = sum(row.group == group.slug for row in sheet.form.kinds)
        if behind > ROWS:
            yield sheet.source.problem(path, f"tiene {behind} asuntos y caben {ROWS}")


class KindChecker:
    """Checks one kind after another against what the files know."""

    def __init__(self, sheets: Sheets) -> None:
        self._source: YamlFile = sheets.kinds.source
        self._groups = self._source.slugs("grupos")
        self._lists = sheets.lists.source.slugs("listas")
        self._offices = sheets.directory.source.slugs("contactos")

    def check(self, path: Path, row: forms.KindForm) -> Iterator[Problem]:
        """One kind."""
        yield from self._known((*path, "grupo"), row.group, self._groups)
        for index, office in enumerate(row.offices):
            yield from self._known((*path, "oficinas", index), office, self._offices, "directorio.yaml")
        for index, tip in enumerate(row.tips):
            yield from self._known((*path, "consejos", index), tip, TIP_SUBJECTS, "los consejos")
        yield from self._confidentiality(path, row)
        if row.mediated and (row.slug in BARRED or row.confidentiality is Confidentiality.LISTED):
            text = "en asuntos de violencia, amenazas o confidenciales nunca se media"
            yield self._source.problem((*path, "mediacion"), text)
        claim, close = row.deadlines.claim_within, row.deadlines.close_within
        if claim and close and close < claim:
            text = "no puede ser antes que «tomar_en»"
            yield self._source.problem((*path, "plazos", "cerrar_en"), text)
        yield from self._questions(path, row)

    def _known(
        self, path: Path, slug: str, known: Collection[str] | None, where: str = ""
    ) -> Iterator[Problem]:
        """Is the slug one of those? Silent when their file could not be read."""
        if known is not None and slug not in known:
            outside = f"; no está en {where}" if where else ""
            yield self._source.problem(path, f"no conozco «{slug}»{outside}{did_you_mean(slug, known)}")

    def _confidentiality(self, path: Path, row: forms.KindForm) -> Iterator[Problem]:
        """A listed kind has its list; what must be listed is."""
        listed = row.confidentiality is Confidentiality.LISTED
        if row.slug in ALWAYS_LISTED and not listed:
            text = f"«{row.slug}» siempre es «confidencialidad: lista»: quien avisa corre peligro"
            yield self._source.problem((*path, "confidencialidad"), text)
        if listed and not row.named_list:
            text = "falta «lista»: quién recibe este asunto confidencial"
            yield self._source.problem((*path, "confidencialidad"), text)
        if row.named_list and not listed:
            text = "solo se usa con «confidencialidad: lista»"
            yield self._source.problem((*path, "lista"), text)
        if row.named_list:
            yield from self._known((*path, "lista"), row.named_list, self._lists, "listas.yaml")

    def _questions(self, path: Path, row: forms.KindForm) -> Iterator[Problem]:
        """Each question refers only to earlier ones and to its own options."""
        earlier: dict[str, forms.QuestionForm] = {}
        for index, question in enumerate(row.questions):
            here = (*path, "preguntas", index)
            if question.slug in earlier:
                yield self._source.problem((*here, "slug"), f"«{question.slug}» ya es otra pregunta")
            yield from self._condition(here, question, earlier)
            yield from self._options(here, question)
            earlier[question.slug] = question

    def _condition(
        self, here: Path, question: forms.QuestionForm, earlier: dict[str, forms.QuestionForm]
    ) -> Iterator[Problem]:
        """`si:` names an earlier question and answers that it has."""
        for slug, answers in question.when.items():
            if slug not in earlier:
                near = did_you_mean(slug, earlier)
                yield self._source.problem((*here, "si", slug), f"«{slug}» no es una pregunta anterior{near}")
                continue
            for answer in answers:
                yield from self._known((*here, "si", slug), answer, earlier[slug].options)

    def _options(self, here: Path, question: forms.QuestionForm) -> Iterator[Problem]:
        """What an answer changes is said of an answer that exists."""
        for key, said in (
            ("opciones_en", question.options_en),
            ("prioridad_si", question.priority_if),
            ("porque", question.because),
            ("dicho_con", question.told_by),
            ("lista_si", question.list_if),
        ):
            for answer in said:
                yield from self._known((*here, key, answer), answer, question.options)
        for answer, named in question.list_if.items():
            yield from self._known((*here, "lista_si", answer), named, self._lists, "listas.yaml")
