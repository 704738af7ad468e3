"""The document that a reviewer signs: what was counted, by which choices, and what the tests found, in a few pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Cm, Pt

from inburgering.annex.question import Question, Tab
from inburgering.annex.texts import dutch_number, titled
from inburgering.answer.document import save_document
from inburgering.docs.evidence import Choice, Evidence
from inburgering.docs.texts import CHECKS, commit, is_sample, moved, persons

LINE = "…" * 30
# The width of the text in centimetres, and the number of characters from which on a column grows no wider.
TEXT_WIDTH, LONGEST = 17.0, 24
POPULATION = (
    "Tab 1 telt personen: wie in een jaar zowel een eerste extractie uit het Rijksregister als een eerste "
    "wervingsbrief had (oorsprong: antwoord). Aangemeld is wie ergens een aanmelding heeft (antwoord), bij welk "
    "agentschap ook, voor of na de brief (eigen keuze).",
    "Tab 2 telt personen: wie in een jaar een allereerste inburgeringscontract tekende of een allereerste attest van "
    "inburgering behaalde, over alle agentschappen en alle geleverde jaren (oorsprong: agentschappen).",
    "Een persoon is één geldig rijksregisternummer, en zonder geldig nummer het dossier bij dat agentschap (oorsprong: "
    "eigen keuze).",
)


def write_sign_off(
    evidence: Evidence, questions: Sequence[Question], checks: Iterable[tuple[str, ...]], path: Path
) -> None:
    """Write the document to sign, one for all questions of a build; the same build gives the same bytes."""
    moment = datetime.datetime.combine(evidence.reference_date, datetime.time())
    save_document(build_sign_off(evidence, questions, checks), path, moment)


def build_sign_off(
    evidence: Evidence, questions: Sequence[Question], checks: Iterable[tuple[str, ...]]
) -> WordDocument:
    """Return the document to sign about the questions that a build answers; `checks` are those of `texts.checks`."""
    document = Document()
    document.styles["Normal"].font.size = Pt(10)
    document.sections[0].left_margin = document.sections[0].right_margin = Cm(2)
    title = titled("Nazicht van de bijlage", is_sample(evidence))
    document.core_properties.title = title
    document.core_properties.language = "nl-BE"
    document.add_heading(title, level=0)
    if is_sample(evidence):
        document.add_paragraph("Synthetisch voorbeeld: geen cijfer gaat over echte personen.")
    document.add_heading("Bouw", level=1)
    document.add_paragraph(
        f"Groene bouw van {evidence.started_at} UTC, commit {commit(evidence)}, regels {evidence.rules}, codelijsten "
        f"{evidence.code_lists}."
    )
    document.add_heading("Wie telt", level=1)
    for paragraph in POPULATION:
        document.add_paragraph(paragraph)
    measures = dict.fromkeys(
        measure for question in questions for table in question.tables for measure in table.measures
    )
    add_table(document, ("maat", "wie telt"), (evidence.definitions[measure] for measure in measures))
    document.add_heading("Vragen en tabs", level=1)
    for question in questions:
        document.add_heading(f"{question.label} (peildatum {question.reference_date:%d/%m/%Y})", level=2)
        add_table(
            document,
            ("tab", "titel", "maten"),
            ((tab.name, question.title_of(tab), measures_of(tab, evidence)) for tab in question.tabs),
        )
    document.add_heading("Leveringen", level=1)
    add_table(
        document,
        ("peildatum", "bestand", "versie", "SHA-256", "geleverd", "aanvaard", "terzijde"),
        (
            (
                f"{file.reference_date:%d/%m/%Y}",
                f"{file.agency}: {file.event_type}",
                str(file.version),
                file.sha256,
                dutch_number(file.rows_delivered),
                dutch_number(file.rows_accepted),
                dutch_number(file.rows_rejected),
            )
            for file in evidence.files
        ),
    )
    document.add_heading(f"Eigen keuzes, met personen op {evidence.reference_date:%d/%m/%Y}", level=1)
    add_table(
        document,
        ("keuze", "raakt", "gaat over", "zouden anders tellen", "goedgekeurd"),
        (
            (choice.label, choice.effect, persons(choice), moved(choice), approval(choice))
            for choice in evidence.choices
        ),
    )
    document.add_heading("Controles", level=1)
    document.add_paragraph(
        f"Geen van de {len(evidence.rows)} tests van gegevens faalde, over samen "
        f"{dutch_number(sum(evidence.rows.values()))} rijen."
    )
    add_table(document, CHECKS, checks)
    different = [figure for figure in evidence.published if figure.difference]
    document.add_heading("Verschil met gepubliceerde cijfers", level=1)
    document.add_paragraph(
        f"Van {len(evidence.published)} vergeleken cijfers zijn er {len(evidence.published) - len(different)} gelijk."
    )
    if different:
        add_table(
            document,
            ("cijfer", "bijlage", "gepubliceerd", "verschil"),
            (
                (
                    figure.label,
                    dutch_number(figure.persons),
                    dutch_number(figure.persons_published),
                    dutch_number(figure.difference),
                )
                for figure in different
            ),
        )
    document.add_heading("Handtekening", level=1)
    for what in ("Naam en functie", "Datum", "Handtekening", "Opmerkingen"):
        document.add_paragraph(f"{what}: {LINE}")
    return document


def measures_of(tab: Tab, evidence: Evidence) -> str:
    """Return the names of the measures of a tab, each once."""
    shown = dict.fromkeys(measure for table in tab.tables for measure in table.measures)
    return ", ".join(evidence.definitions[measure][0] for measure in shown)


def approval(choice: Choice) -> str:
    """Return who approved a choice and when; nobody where nobody did."""
    if choice.approved_by is None or choice.approved_on is None:
        return "door niemand"
    return f"{choice.approved_by}, {choice.approved_on:%d/%m/%Y}"


def add_table(document: WordDocument, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Add a table with its header to a document; a column is as wide as its text is long, within bounds."""
    lines = [header, *rows]
    table = document.add_table(rows=len(lines), cols=len(header), style="Table Grid")
    table.autofit = False
    long = [min(max(len(text) for text in column), LONGEST) + 8 for column in zip(*lines, strict=True)]
    widths = [Cm(TEXT_WIDTH * one / sum(long)) for one in long]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row, line in zip(table.rows, lines, strict=True):
        for cell, text, width in zip(row.cells, line, widths, strict=True):
            cell.text, cell.width = text, width
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8)
                run.font.bold = line is header
