"""Random dirty extracts through the real pipeline, against a count in plain Python that shares no code with it."""

from __future__ import annotations

import datetime
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from inburgering.annex.annex import Measure, OutsideList, SideFigure
from inburgering.annex.control_file import control_file
from inburgering.annex.export import export_annex
from inburgering.annex.question import Question, read_question
from inburgering.annex.texts import december_note, outside_list_note, side_figure_note
from support.annex_tables import tables
from support.independent_count import count_annex, count_areas, count_crossed, count_flow, count_notes, count_rows
from support.independent_revision import count_revision, differences_by_cause
from support.pipeline import Pipeline, accepting_rejections, succeeded
from support.random_extracts import write_random_extracts, write_redelivered_extracts

# The question's own date, a leap day, the last and the first day of a year, and the end of a short month soon after a
# merger of municipalities.
REFERENCE_DATES = [
    datetime.date(2024, 1, 31),
    datetime.date(2024, 2, 29),
    datetime.date(2021, 12, 31),
    datetime.date(2023, 1, 1),
    datetime.date(2025, 2, 28),
]
SIDE_FIGURES = {
    "letters_persons": "Personen met een eerste wervingsbrief in het jaar, ongeacht het jaar van de extractie",
    "reach_of_term_over": "Bereik zonder de personen van wie de termijn nog loopt (aangemeld gedeeld door uitgenodigd)",
    "contracts_signed": "Alle getekende inburgeringscontracten, ook een tweede van dezelfde persoon",
    "contract_signers": "Personen die in het jaar een inburgeringscontract tekenden, ook als het niet hun eerste was",
    "attests_obtained": "Alle behaalde attesten van inburgering, ook een tweede van dezelfde persoon",
}
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
            for name, count in (
                ("sv_2024_123", count_annex),
                ("voorbeeld_gekruist", count_crossed),
                ("doorstroom", count_flow),
            ):
                question = accepting_rejections(read_question(name)).model_copy(update=period)
                annex = pipeline.folder / f"{name}_{reference_date}.xlsx"
                export_annex(question, pipeline.warehouse, annex, last_green=True)
                figures += compare(annex, pipeline.extracts, question, count)
            compare_areas(pipeline, reference_date)
        assert figures > 5000


# The one in the middle is not complete now and then; the last one is then compared with the first.
REDELIVERIES = [datetime.date(2021, 12, 31), datetime.date(2022, 11, 30), datetime.date(2025, 2, 28)]
MOVES = """
select
    moves.measure, causes.label, moves.old_year, moves.new_year, moves.breakdown, old_members.label, new_members.label,
    moves.persons
from annex_revision_moves as moves
left join revision_causes as causes using (cause)
left join annex_members as old_members
    on moves.breakdown = old_members.breakdown and moves.old_member = old_members.member
left join annex_members as new_members
    on moves.breakdown = new_members.breakdown and moves.new_member = new_members.member
where moves.reference_date = $reference_date
"""
DIFFERENCES = """
select revision.measure, revision.year, revision.breakdown, members.label, causes.label, revision.difference_by_cause
from annex_revision as revision
left join revision_causes as causes using (cause)
left join annex_members as members using (breakdown, member)
where revision.reference_date = $reference_date and revision.difference_by_cause <> 0
"""


@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
def test_every_cause_of_a_changed_figure_equals_an_independent_count(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Path(folder))
        write_redelivered_extracts(pipeline.extracts, REDELIVERIES, random.Random(seed))
        succeeded(pipeline.load())
        succeeded(pipeline.dbt("build"))
        with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
            causes = Counter(find_causes(connection, pipeline.extracts))
        assert len(causes) >= 9, causes


def find_causes(connection: duckdb.DuckDBPyConnection, extracts: Path) -> list[str]:
    """Compare every move of every reference date with the second count and return the causes that occurred."""
    found: list[str] = []
    for number, reference_date in enumerate(REDELIVERIES[1:], start=1):
        if not any(extracts.glob(f"*/{reference_date}")):
            continue  # now and then nobody delivers at the date in the middle: then it is no reference date
        expected = count_revision(extracts, reference_date, REDELIVERIES[:number])
        at = {"reference_date": reference_date}
        moves = Counter({tuple(move): persons for *move, persons in connection.execute(MOVES, at).fetchall()})
        assert moves == expected, f"{reference_date}: {sorted(map(str, (moves - expected) + (expected - moves)))[:20]}"
        previous = connection.execute(
            "select year(previous_reference_date) from annex_compared_dates where reference_date = $reference_date", at
        ).fetchall()
        differences = {tuple(cell): change for *cell, change in connection.execute(DIFFERENCES, at).fetchall()}
        assert differences == differences_by_cause(expected, previous[0][0])
        found += [cause for _, cause, *_ in expected]
    return found


def compare(annex: Path, extracts: Path, question: Question, count: Callable[..., dict[str, list]]) -> int:
    """Compare an annex and its control file with the independent count; return how many figures were compared."""
    workbook = load_workbook(annex)
    found = tables(workbook)
    expected = count(extracts, question.reference_date, question.first_year, question.last_year)
    assert found.keys() == expected.keys()
    for name in {"t1_per_jaar", "t5_jaar", "t7_jaar"} & found.keys():
        # A year may say that it is provisional or not over.
        found[name] = [(year[:4], *figures) for year, *figures in found[name]]
    for name, rows in expected.items():
        assert found[name] == [tuple(map(as_written, row)) for row in rows], f"{name} at {question.reference_date}"
    control = tables(load_workbook(control_file(annex)))
    assert rows_per_file(control) == count_rows(extracts, question.reference_date)
    if question.name == "sv_2024_123":
        compare_notes(workbook, extracts, question)
    assert any(figure for rows in expected.values() for row in rows for figure in row[2:])
    return sum(len(row) - 1 for rows in expected.values() for row in rows)


AREAS = """
select measure, breakdown, label, second_label, year, second_breakdown = 'total' as is_single, persons
from annex_figures
where
    reference_date = $reference_date and year between $first_year and year($reference_date)
    and breakdown in ('region', 'working_area') and second_breakdown in ('agency', 'total')
    and measure in ('contracts', 'attests', 'invited', 'registered')
"""


def compare_areas(pipeline: Pipeline, reference_date: datetime.date) -> None:
    """Compare the figures by region and by working area, alone and beside the agencies, with the independent count."""
    years = range(reference_date.year - 6, reference_date.year + 1)
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        found = connection.execute(AREAS, {"reference_date": reference_date, "first_year": years[0]}).fetchall()
    expected = count_areas(pipeline.extracts, reference_date, years)
    assert {tuple(key): persons for *key, is_single, persons in found if not is_single} == expected
    assert {tuple(key): persons for *key, is_single, persons in found if is_single} == {
        key: persons for key, persons in expected.items() if key[3] == "Totaal"
    }


def as_written(figure: object) -> object:
    """Return a figure as openpyxl writes it: fractions with 16 significant digits."""
    return float(f"{figure:.16g}") if isinstance(figure, float) else figure


def rows_per_file(found: dict[str, list[tuple[Any, ...]]]) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return what the annex says of each file: rows delivered, accepted and set aside."""
    return {
        (AGENCY_LABELS[agency], EVENT_TYPE_OF.get(sheet) or EVENT_TYPE_OF[file]): (delivered, accepted, aside)
        for agency, file, sheet, *_, delivered, accepted, aside in found["controle_leveringen"]
        if agency != "Totaal"
    }


def compare_notes(workbook: Workbook, extracts: Path, question: Question) -> None:
    """Check that the notes under the tables give the numbers of the independent count."""
    notes = count_notes(extracts, question.reference_date, question.first_year, question.last_year)
    texts = {cell.value for name in ("1", "2ab", "2g") for row in workbook[name].iter_rows() for cell in row}
    assert december_note(question, notes["december"]) in texts
    for note, label in SIDE_FIGURES.items():
        figures = notes[note]
        assert any(str(text).startswith(label) for text in texts) == bool(figures)
        if figures:
            assert side_figure_note(question, SideFigure(label, figures)) in texts
    for measure, label in (("contracts", "Contracten"), ("attests", "Attesten")):
        per_year = notes["tijdelijk ontheemde"][measure]
        of_measure = Measure(measure, label, label, "", measure, "persons", None, None, None, None, True)
        displaced = OutsideList(of_measure, "tijdelijk ontheemde", per_year)
        assert bool(per_year) == (outside_list_note(question, displaced) in texts)
