"""Fill the answer's template with the figures of the annex. Nothing is counted: a figure cannot be calculated with.

What a template sees bears Dutch names, because the civil servants who edit the sentences read Dutch.
"""

from __future__ import annotations

import datetime
import functools
import re
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from babel.dates import format_date
from babel.lists import format_list
from jinja2 import StrictUndefined, Template, TemplateRuntimeError, TemplateSyntaxError, Undefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from inburgering.annex.annex import INTEGER, PERCENTAGE, TEXT, TOTAL, Annex, Block, Column, TabContents
from inburgering.annex.annex import Row as AnnexRow
from inburgering.annex.question import Question
from inburgering.annex.texts import LOCALE, dutch_date, dutch_number, dutch_percentage, term_text

# Residence statuses have a code of their own for it.
UNDETERMINED = {"onbepaald", "VR19"}
LABEL_SEPARATOR = " – "
UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKS = {"# ": "title", "## ": "heading", "> ": "asked", "- ": "bullet", "": "text"}


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class Figure:
    """A figure of the annex, written as Dutch readers write it. It compares, but it does not add up or subtract."""

    value: int | float | str
    kind: str

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return self.value
        if self.kind == PERCENTAGE:
            return dutch_percentage(self.value)
        return dutch_number(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == getattr(other, "value", other)

    def __lt__(self, other: Figure | float) -> bool:
        return self.value < getattr(other, "value", other)  # type: ignore[operator]  # a share that is n.v.t. has no order

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


class Fields(dict):
    """Named values for a template; a name that does not exist is an error that says which do."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(values)
        self._what = what

    def __missing__(self, name: object) -> object:
        raise UndefinedError(f"{self._what} has no {name}; it has {', '.join(self)}")


class Row:
    """A row of a table: its label, and a figure or text per column."""

    def __init__(self, table: Block, row: AnnexRow) -> None:
        self._table = table
        labels = [str(label) for label in row.cells[: table.label_columns]]
        self.is_totaal = row.is_total
        self.is_totaal_van_alles = row.is_total and (set(row.codes) == {TOTAL} or not table.chosen.breakdown)
        self.is_onbepaald = not UNDETERMINED.isdisjoint(row.codes)
        self.code = row.codes[0] if len(row.codes) == 1 else None
        self.naam = labels[0] if self.is_totaal_van_alles else LABEL_SEPARATOR.join(labels)
        self._cells = {
            name: value if column.kind == TEXT else Figure(value, column.kind)
            for name, column, value in zip(_names(table.columns), table.columns, row.cells, strict=True)
        }

    def __getitem__(self, header: object) -> Any:
        if str(header) not in self._cells:
            raise UndefinedError(f"{self._table.table_name} has no column {header}; it has {', '.join(self._cells)}")
        return self._cells[str(header)]


def _names(columns: Iterable[Column]) -> list[str]:
    """Return how a template names columns: by their codes, which stay when a label changes."""
    return [" ".join(str(code) for code in column.codes) or column.header for column in columns]


class AnswerTable:
    """A table of the annex: its rows, the totals apart."""

    def __init__(self, block: Block) -> None:
        rows = [Row(block, row) for row in block.rows]
        self.naam = block.table_name
        self.titel = block.title
        self.maten = list(block.chosen.measures)
        self.soort = block.chosen.rows
        self.per_jaar = block.chosen.has_year_columns
        self.uitsplitsing = LABEL_SEPARATOR.join(block.chosen.breakdown)
        self.gekruist = block.label_columns > 1
        self.indeling = " en ".join(column.header for column in block.columns[: block.label_columns])
        self.rijen = [row for row in rows if not row.is_totaal]
        by_code = {
            str(row.codes[0]).casefold(): shown
            for row, shown in zip(block.rows, rows, strict=True)
            if len(row.codes) == 1
        }
        self._by_name = {row.naam.casefold(): row for row in reversed(rows)} | by_code
        self._totaal = [row for row in rows if row.is_totaal_van_alles]

    def rij(self, name: str) -> Row:
        """Return the row with a code or a label, in capitals or not."""
        if not self.heeft(name):
            raise UndefinedError(f"{self.naam} has no row {name}")
        return self._by_name[name.casefold()]

    def heeft(self, name: str) -> bool:
        """Say whether there is a row with a code or a label."""
        return name.casefold() in self._by_name

    @property
    def totaal(self) -> Row:
        """Return the row of totals."""
        if not self._totaal:
            raise UndefinedError(f"{self.naam} has no total")
        return self._totaal[0]

    def __getitem__(self, name: object) -> object:
        raise UndefinedError(
            f"table {self.naam} has no {name}; it has naam, titel, maten, soort, per_jaar, uitsplitsing, gekruist, "
            "indeling, rijen, rij(), heeft(), totaal"
        )


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the answer: what kind, and its text."""

    kind: str
    text: str


def write_sentences(template: Path, annex: Annex) -> list[Paragraph]:
    """Fill the template with the figures of an annex.

    Raises click.ClickException in one line that names the template and the place when it cannot be filled.
    """
    try:
        source = template.read_text(encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{template}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{template}: is not UTF-8 text; save it as UTF-8") from None
    environment = _environment()
    values = _values(annex)
    try:
        code = environment.compile(source, filename=str(template))
        filled = Template.from_code(environment, code, {}).render(values)
    except TemplateSyntaxError as error:
        raise click.ClickException(f"{template}, line {error.lineno}: {_one_line(error)}") from None
    except Exception as error:  # whatever goes wrong in a sentence, its editor wants to know where
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(template)]
        if not lines:
            raise
        raise click.ClickException(f"{template}, line {lines[-1]}: {_one_line(error)}") from None
    paragraphs = _paragraphs(filled)
    if not paragraphs:
        raise click.ClickException(f"{template}: gives no text at all")
    for paragraph in paragraphs:
        if UNPRINTABLE.search(paragraph.text):
            raise click.ClickException(f"{template}: {paragraph.text[:40]!r} has a character that Word cannot hold")
    return paragraphs


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, finalize=_shown
    )
    environment.filters |= {
        "behalve": lambda rows, name: [row for row in rows if name not in (row.naam, row.code)],
        "opsomming": _enumerate,
        "met_cijfer": _with_figure,
        "grootste": _largest,
        "zonder_nul": _not_zero,
        "klein": _in_a_sentence,
        "personen": lambda figure: f"{figure} {'persoon' if figure == 1 else 'personen'}",
        "voluit": lambda day: format_date(day, "d MMMM y", locale=LOCALE),
    }
    return environment


def _shown(value: object) -> object:
    """Return what a template shows of a value; numbers that are no figure of the annex are refused."""
    if isinstance(value, datetime.date):
        return dutch_date(value)
    if isinstance(value, str | Figure | Undefined):
        return str(value)
    what = type(value).__name__ if value is not None else "nothing"
    if isinstance(value, int | float):
        what = f"the number {value}, which is no figure of the annex"
    raise TemplateRuntimeError(f"{{{{ … }}}} gives {what}; show a figure, a text or a date")


def _enumerate(texts: Iterable[object], last: str | None = None) -> str:
    parts = [str(_shown(text)) for text in texts]
    return last.join(parts) if last else format_list(parts, locale=LOCALE)


def _in_a_sentence(text: str) -> str:
    """Return a label as it stands within a sentence: without its first capital, unless it is an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _with_figure(rows: Iterable[Row], column: str) -> list[str]:
    return [f"{row.naam} ({_shown(row[column])})" for row in rows]


def _not_zero(rows: Iterable[Row], column: str) -> list[Row]:
    return [row for row in rows if row[column] > 0]


def _largest(rows: Iterable[Row], column: str, most: int) -> list[Row]:
    """Return the rows with the largest figures, the undetermined and zero left out; ties keep the annex's order."""
    known = [row for row in _not_zero(rows, column) if not row.is_onbepaald]
    return sorted(known, key=lambda row: row[column], reverse=True)[:most]


def _paragraphs(text: str) -> list[Paragraph]:
    """Cut filled text at its blank lines and before every line with a mark."""
    paragraphs: list[tuple[str, list[str]]] = []
    continues = False
    for line in text.split("\n"):
        mark = next(mark for mark in MARKS if line.lstrip().startswith(mark))
        words = line.strip(" \t\r").removeprefix(mark.strip()).strip(" \t")
        if not words:
            continues = False
            continue
        if mark or not continues:
            paragraphs.append((MARKS[mark], []))
        paragraphs[-1][1].append(re.sub(r"[ \t]+", " ", words))
        continues = mark not in ("# ", "## ")
    return [Paragraph(kind, " ".join(lines)) for kind, lines in paragraphs]


def _values(annex: Annex) -> dict[str, object]:
    """Return everything that a template can use."""
    december = {str(year): Figure(persons, INTEGER) for year, persons in annex.december.items()}
    # As in the note of the annex: the last year is always there.
    december.setdefault(str(annex.question.last_year), Figure(0, INTEGER))
    return {
        "vraag": _question_fields(annex.question),
        "delen": [part for contents in annex.tabs for part in _parts(annex, contents, december)],
        "punten": _points(annex, december),
        "tabbladen": [contents.tab.name for contents in annex.tabs],
        "termijn": term_text(annex.rules),
    }


def _question_fields(question: Question) -> Fields:
    years = [str(year) for year in question.years]
    return Fields(
        "vraag",
        naam=question.name,
        label=question.label,
        nummer=str(question.number),
        titel=question.title,
        gesteld_op=question.asked_on,
        gesteld_in=question.asked_in,
        beantwoord_door=question.answered_by,
        peildatum=question.reference_date,
        jaren=years,
        eerste_jaar=years[0],
        laatste_jaar=years[-1],
        vorig_jaar=years[-2] if len(years) > 1 else None,
        volgend_jaar=str(question.last_year + 1),
        is_letterlijk=question.is_quoted,
        voorlopige_jaren=[str(year) for year in question.provisional_years],
    )


def _parts(annex: Annex, contents: TabContents, december: dict[str, Figure]) -> list[Fields]:
    """Return the parts of a tab: one per sub-question where each has a breakdown of its own, else one for all."""
    question, tab = annex.question, contents.tab
    tables = [AnswerTable(block) for block in contents.blocks]
    groups = [(tab.answers, tables)]
    if len(tab.answers) == len(tables):
        groups = [((answer,), [table]) for answer, table in zip(tab.answers, tables, strict=True)]
    return [
        Fields(
            "deel",
            deelvragen=[Fields("deelvraag", naam=name, tekst=question.sub_questions[name]) for name in answers],
            tabblad=tab.name,
            titel=question.title_of(tab),
            tabellen=group,
            noten=list(tab.notes),
            december=december,
            buiten_lijst=_statuses_outside_list(annex) if "status_outside_list" in tab.notes else [],
        )
        for answers, group in groups
    ]


def _points(annex: Annex, december: dict[str, Figure]) -> list[Fields]:
    """Return the points of the answer: sub-questions with one number (2a, 2b) are one, and so is one without."""
    points: dict[str, list[TabContents]] = {}
    for contents in annex.tabs:
        first = contents.tab.answers[0]
        points.setdefault(re.sub(r"\D.*", "", first) or first, []).append(contents)
    return [
        Fields(
            "punt",
            nummer=number,
            deelvragen=[
                Fields("deelvraag", naam=name, tekst=annex.question.sub_questions[name])
                for contents in group
                for name in contents.tab.answers
            ],
            tabbladen=[contents.tab.name for contents in group],
            tabellen=[AnswerTable(block) for contents in group for block in contents.blocks],
            noten=[note for contents in group for note in contents.tab.notes],
            december=december,
        )
        for number, group in points.items()
    ]


def _statuses_outside_list(annex: Annex) -> list[Fields]:
    """Return the statuses that are counted under overige, with their figures per year as in the note of the annex."""
    return [
        Fields(
            "buiten_lijst",
            maat=status.measure.measure,
            verblijfsreden=status.label,
            per_jaar={str(year): Figure(status.persons.get(year, 0), INTEGER) for year in annex.question.years},
        )
        for status in annex.outside_list
    ]
