"""The page that explains every figure of an annex, for readers without a terminal.

One HTML file that needs nothing else: the tables as in the annex, and of every figure whom it counts, by which rule,
how many rows of which file and which delivered codes are behind it, and what it was at the previous reference date. It
has no rows of persons; those stay with `explain_cell.py`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inburgering.annex.annex import NOT_YET, TEXT, TOTAL, Annex, Block, Measure, Row
from inburgering.annex.annex import Figure as OfFigure
from inburgering.annex.check import check_workbook
from inburgering.annex.cover import SUMMARY_OF_THE_QUESTION
from inburgering.annex.explained_cell import question_of
from inburgering.annex.explained_counts import Counts, DeliveredCode, Place, pair_of, read_counts
from inburgering.annex.reader import read_annex
from inburgering.annex.texts import (
    SIGNS,
    annex_title,
    definitions,
    dutch_date,
    dutch_list,
    dutch_number,
    dutch_percentage,
    file_text,
    filled_definition,
    not_yet_notes,
    source_line,
    status_line,
    tab_notes,
)
from inburgering.output_files import drafts_beside
from inburgering.warehouse.open_build import open_build
from inburgering.write_errors import reason

FOLDER = Path(__file__).parent
TEMPLATE = "uitleg.html"


@dataclass(frozen=True)
class Written:
    """A page that was written, and how many figures it explains."""

    path: Path
    figures: int


def page_file(workbook: Path) -> Path:
    """Return the page that belongs to an annex: beside it, by the same name."""
    return workbook.with_name(f"{workbook.stem}_uitleg.html")


def write_explained_page(workbook: Path, warehouse: Path, last_green: bool = False) -> Written:
    """Write the page that explains every figure of a workbook, beside it.

    Raises click.ClickException when the warehouse may not be used, when the workbook has other figures, or when the
    page cannot be written.
    """
    question, path = question_of(workbook), page_file(workbook)
    with open_build(warehouse, last_green) as connection:
        annex = read_annex(connection, question)
        try:
            check_workbook(workbook, question, connection)
        except click.ClickException:
            raise click.ClickException(
                f"{workbook}: is no annex with the figures of this warehouse; export anew, then ask for the page"
            ) from None
        html, figures = build_page(annex, read_counts(connection, annex))
    try:
        with drafts_beside(path) as drafts:
            draft = drafts.folder / path.name
            draft.write_text(html, encoding="utf-8")
            draft.replace(path.resolve())
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written ({reason(error)}); close it, then try again") from None
    return Written(path, figures)


def build_page(annex: Annex, counts: Counts) -> tuple[str, int]:
    """Return the page as HTML, and how many figures it explains."""
    explained = _Explained(annex, counts)
    tabs = [
        {
            "name": contents.tab.name,
            "title": annex.question.title_of(contents.tab),
            "notes": tab_notes(annex, contents),
            "blocks": [explained.block(block) for block in contents.blocks],
        }
        for contents in annex.tabs
    ]
    style, script = ((FOLDER / f"uitleg.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    html = environment.get_template(TEMPLATE).render(
        title=annex_title(annex),
        annex=annex,
        question=annex.question,
        asked_on=dutch_date(annex.question.asked_on),
        status=status_line(annex.question),
        asked_as="De vraag" if annex.question.is_quoted else SUMMARY_OF_THE_QUESTION,
        source=source_line(annex),
        signs=SIGNS,
        tabs=tabs,
        data=explained.data,
        provenance=annex.provenance,
        style=style,
        script=script,
        # Nothing else may run or be fetched, whatever a text of an agency holds.
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return html, len(explained.figures)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Explained:
    """Tells every figure in Dutch; what many figures share stands once, and figures refer to it by its place."""

    def __init__(self, annex: Annex, counts: Counts) -> None:
        self._annex = annex
        self._counts = counts
        self._definitions = definitions(annex)
        self._texts: dict[tuple[str, str], int] = {}
        self._files: dict[str, int] = {}
        self._codes: dict[tuple[str, str, str, str], int] = {}
        self._parts: dict[Place, int] = {}
        self._told_parts: list[dict] = []
        self.figures: list[dict] = []

    @property
    def data(self) -> dict:
        """Return what the page fills an explanation from."""
        return {
            "teksten": list(self._texts),
            "bestanden": list(self._files),
            "codes": list(self._codes),
            "delen": self._told_parts,
            "cijfers": self.figures,
        }

    def block(self, block: Block) -> dict:
        """Return a table: its cells as they are read, and for each figure where its explanation stands."""
        rows = [
            {
                "labels": row.cells[: block.label_columns],
                "is_total": row.is_total,
                "figures": [self._figure(block, row, position) for position in range(len(row.figures))],
            }
            for row in block.rows
        ]
        return {
            "name": block.table_name,
            "title": block.title,
            "columns": [(column.header, column.kind == TEXT) for column in block.columns],
            "listed": [row for row in rows if not row["is_total"]],
            "totals": [row for row in rows if row["is_total"]],
        }

    def _figure(self, block: Block, row: Row, position: int) -> dict:
        figure, value = row.figures[position], row.cells[block.label_columns + position]
        measure = self._annex.measures[figure.measure]
        is_of_members = block.chosen.rows == "members"
        breakdown = block.chosen.breakdown if is_of_members else ()
        place = Place(
            pair_of(block.chosen.breakdown),
            figure.measure,
            figure.year,
            pair_of(row.codes if is_of_members else (), TOTAL),
        )
        members = [
            (self._annex.breakdowns[of], "Alle" if code == TOTAL else str(label), code == TOTAL)
            for of, code, label in zip(breakdown, row.codes, row.cells, strict=False)
        ]
        text = self._written(measure, value)
        self.figures.append(
            {
                "titel": f"{measure.title}, {self._annex.question.year_header(figure.year)}",
                "leden": [f"{of}: {label}" for of, label, _ in members],
                "waarde": text,
                "zin": self._sentence(measure, figure, place, value),
                "regels": [self._text(term, rule) for term, rule in self._rules(measure, members)],
                "delen": self._parts_of(measure, place, value),
                "vorig": self._before(measure, place, value),
            }
        )
        return {"id": len(self.figures) - 1, "text": text, "value": value}

    def _written(self, measure: Measure, value: object) -> str:
        if not isinstance(value, int | float):
            return str(value)
        return dutch_percentage(value) if measure.is_share else dutch_number(value)

    def _sentence(self, measure: Measure, figure: OfFigure, place: Place, value: object) -> str:
        """Say in one sentence what a figure is made of."""
        if value == NOT_YET:
            notes = list(not_yet_notes(self._annex, [measure.measure]))
            return " ".join(notes) or f"{NOT_YET.capitalize()}."
        if measure.unit == "persons":
            persons = self._counts.at(place).persons
            if persons == 0:
                return "Dit cijfer telt niemand."
            return f"Dit cijfer telt {_persons(persons)}{', ieder' if persons > 1 else ''} met één rij van één bestand."
        cohort = self._counts.at(_of(place, str(measure.denominator))).persons
        if measure.unit == "months":
            within = self._counts.within_median.get(place, 0)
            return (
                f"Van de {_persons(cohort)} hadden er {dutch_number(within)} niet meer dan {value} maanden nodig: dat "
                "is minstens de helft, en met een maand minder is het dat niet."
                if isinstance(value, int)
                else f"Niemand om het van te zeggen: {_persons(cohort)}."
            )
        counted = self._counts.at(_of(place, str(measure.numerator))).persons
        if not isinstance(value, int | float):
            return f"Er is niemand om door te delen ({_persons(cohort)}), dus is er geen aandeel."
        return f"{dutch_number(counted)} gedeeld door {dutch_number(cohort)} is {self._written(measure, value)}."

    def _rules(self, measure: Measure, members: list[tuple[str, str, bool]]) -> Iterator[tuple[str, str]]:
        """Give the rules that a figure follows, in the words of the annex."""
        rules = self._annex.rules
        named = [measure.measure, measure.numerator, measure.denominator]
        for one in dict.fromkeys(self._annex.measures[name] for name in named if name in self._annex.measures):
            yield one.title, filled_definition(one, rules)
        yield "Persoon", self._definitions["Persoon"]
        for breakdown, label, is_total in members:
            if breakdown in self._definitions:
                yield breakdown, self._definitions[breakdown]
            if is_total:
                continue
            # Residence statuses write it without a capital.
            term = label[:1].upper() + label[1:]
            if term in self._definitions and term != breakdown:
                yield term, self._definitions[term]

    def _parts_of(self, measure: Measure, place: Place, value: object) -> list[tuple[str, int]]:
        """Return the counts that a figure is, or is made from, each by its name and where it stands."""
        if measure.unit == "persons":
            return [("", self._part(place))]
        denominator = self._part(_of(place, str(measure.denominator)))
        if measure.unit == "months":
            return [("Van wie het aantal maanden is", denominator)]
        if value == NOT_YET:
            return [("Noemer", denominator)]
        return [("Teller", self._part(_of(place, str(measure.numerator)))), ("Noemer", denominator)]

    def _part(self, place: Place) -> int:
        """Tell a count once: its persons per file and per delivered code, and why it differs from before."""
        if place not in self._parts:
            counted = self._counts.at(place)
            self._parts[place] = len(self._told_parts)
            self._told_parts.append(
                {
                    "naam": self._name(place.measure),
                    "personen": counted.persons,
                    "bestanden": [
                        [
                            self._file(f"{file.agency}: {file.events}, {file_text(file.file_name, file.sheet_name)}"),
                            persons,
                        ]
                        for file, persons in counted.files.items()
                    ],
                    "codes": [
                        {
                            "kenmerk": self._counts.attributes[attribute],
                            "rijen": [[self._code(code), persons] for code, persons in codes.items()],
                        }
                        for attribute, codes in counted.codes.items()
                    ],
                    "vorig": self._change(place),
                }
            )
        return self._parts[place]

    def _name(self, measure: str) -> str:
        """Name a count; who took the next step in time is named as the share about them is."""
        if measure in self._annex.measures:
            return self._annex.measures[measure].title
        return next(one.title for one in self._annex.measures.values() if one.numerator == measure)

    def _change(self, place: Place) -> dict | None:
        """Tell a count at the previous reference date, with the causes that add up to the difference."""
        previous = self._annex.previous_reference_date
        if previous is None or place.year >= previous.year:
            return None
        counted = self._counts.at(place)
        told: dict = {"personen": counted.before, "oorzaken": None, "waarom": ""}
        if not self._counts.has_causes(place):
            told["waarom"] = "Voor deze opsplitsing wordt de oorzaak van een verschil niet bijgehouden."
        elif not (place.measure in self._annex.measures and self._annex.measures[place.measure].is_revised):
            revised = [one.label.lower() for one in self._annex.measures.values() if one.is_revised]
            told["waarom"] = (
                f"De oorzaak van een verschil wordt bijgehouden voor {dutch_list(revised)}, niet voor dit cijfer."
            )
        else:
            told["oorzaken"] = [[cause, *moved] for cause, moved in counted.causes.items()]
        return told

    def _before(self, measure: Measure, place: Place, value: object) -> dict | None:
        """Tell a figure at the previous reference date; why there is none, where that is so."""
        previous = self._annex.previous_reference_date
        if previous is None:
            return None
        date = dutch_date(previous)
        if place.year >= previous.year:
            return {"datum": date, "waarde": "", "zin": f"Het jaar {place.year} was op {date} nog niet voorbij."}
        before = self._counts.before.get(place)
        if before is None:
            before = self._counts.at(place).before if measure.unit == "persons" else "–"
        sentence = "Het cijfer is hetzelfde." if before == value else ""
        return {"datum": date, "waarde": self._written(measure, before), "zin": sentence}

    def _text(self, term: str, text: str) -> int:
        return self._texts.setdefault((term, text), len(self._texts))

    def _file(self, text: str) -> int:
        return self._files.setdefault(text, len(self._files))

    def _code(self, code: DeliveredCode) -> int:
        # The warning says why a code that is in a list is undetermined all the same, such as that of a former state.
        meaning = "; ".join(text for text in (code.meaning, code.warning) if text)
        where = code.code_list or ("in geen lijst" if code.code else "")
        told = (code.agency, code.code or "leeg", meaning, where)
        return self._codes.setdefault(told, len(self._codes))


def _of(place: Place, measure: str) -> Place:
    return Place(place.pair, measure, place.year, place.members)


def _persons(persons: int) -> str:
    return "1 persoon" if persons == 1 else f"{dutch_number(persons)} personen"
