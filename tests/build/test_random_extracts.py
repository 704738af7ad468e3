"""Random dirty extracts through the real pipeline, against a count in plain Python that shares no code with it."""

from __future__ import annotations

import datetime
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from inburgering.annex.annex import Measure, OutsideList
from inburgering.annex.export import export_annex
from inburgering.annex.question import Question, read_question
from inburgering.annex.texts import december_note, outside_list_note
from support.independent_count import count_annex, count_crossed, count_notes, count_rows
from support.pipeline import Pipeline, accepting_rejections, succeeded
from support.random_extracts import write_random_extracts

# The question's own date, a leap day, the last and the first day of a year, and the end of a short month.
REFERENCE_DATES = [
    datetime.date(2024, 1, 31),
    datetime.date(2024, 2, 29),
    datetime.date(2021, 12, 31),
    datetime.date(2023, 1, 1),
    datetime.date(2022, 11, 30),
]
EVENT_TYPE_OF = {
    "uitnodigingen.csv": "invitations",
    "contracten.csv": "contracts",
    "attesten.csv": "attests",
    "invitations.csv": "invitations",
    "contracts.csv": "contracts",
    "attests.csv": "attests",
    "Uitnodigingen": "invitations",
    "Contracten": "contracts",
    "Attesten": "attests",
}
AGENCY_LABELS = {"Agentschap Integratie en Inburgering": "agii", "Atlas": "atlas", "Amal": "amal"}


@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
def test_every_cell_equals_an_independent_count(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder))
        write_random_extracts(pipeline.extracts, REFERENCE_DATES, random.Random(seed))
        succeeded(pipeline.load())
        succeeded(pipeline.dbt("build"))
        figures = 0
        for number, reference_date in enumerate(REFERENCE_DATES):
            last_year = reference_date.year - number % 2
            period = {
                "reference_date": reference_date,
                "first_year": last_year - 6,
                "last_year": last_year,
                "provisional_years": (),
            }
            for name, count in (("sv_2024_123", count_annex), ("voorbeeld_gekruist", count_crossed)):
                question = accepting_rejections(read_question(name)).model_copy(update=period)
                annex = pipeline.folder / f"{name}_{reference_date}.xlsx"
                export_annex(question, pipeline.warehouse, annex, last_green=True)
                figures += compare(load_workbook(annex), pipeline.extracts, question, count)
        assert figures > 5000


def compare(workbook: Workbook, extracts: Path, question: Question, count: Callable[..., dict[str, list]]) -> int:
    """Compare a workbook with the independent count and return how many figures were compared."""
    found = tables(workbook)
    expected = count(extracts, question.reference_date, question.first_year, question.last_year)
    for name, rows in expected.items():
        assert found[name] == [tuple(map(as_written, row)) for row in rows], f"{name} at {question.reference_date}"
    assert rows_per_file(found) == count_rows(extracts, question.reference_date)
    if question.name == "sv_2024_123":
        compare_notes(workbook, extracts, question)
    assert any(figure for rows in expected.values() for row in rows for figure in row[2:])
    return sum(len(row) - 1 for rows in expected.values() for row in rows)


def as_written(figure: object) -> object:
    """Return a figure as openpyxl writes it: fractions with 16 significant digits."""
    return float(f"{figure:.16g}") if isinstance(figure, float) else figure


def tables(workbook: Workbook) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows below the header of every table in the workbook."""
    return {
        name: [tuple(cell.value for cell in row) for row in sheet[table.ref]][1:]
        for sheet in workbook
        for name, table in ((name, sheet.tables[name]) for name in sheet.tables)
    }


def rows_per_file(found: dict[str, list[tuple[Any, ...]]]) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return what the annex says of each file: rows delivered, accepted and set aside."""
    return {
        (AGENCY_LABELS[agency], EVENT_TYPE_OF.get(sheet) or EVENT_TYPE_OF[file]): (delivered, accepted, aside)
        for agency, file, sheet, _, _, delivered, accepted, aside in found["controle_leveringen"]
        if agency != "Totaal"
    }


def compare_notes(workbook: Workbook, extracts: Path, question: Question) -> None:
    """Check that the notes under the tables give the numbers of the independent count."""
    notes = count_notes(extracts, question.reference_date, question.first_year, question.last_year)
    texts = {cell.value for name in ("1", "2g") for row in workbook[name].iter_rows() for cell in row}
    assert december_note(question, notes["december"]) in texts
    for measure, label in (("contracts", "Eerste contracten"), ("attests", "Eerste attesten")):
        per_year = notes["tijdelijk ontheemde"][measure]
        displaced = OutsideList(Measure(measure, label, label, measure, True), "tijdelijk ontheemde", per_year)
        assert bool(per_year) == (outside_list_note(question, displaced) in texts)
