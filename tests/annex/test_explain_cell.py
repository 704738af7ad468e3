"""Who are these 47? Every figure of an annex can be traced to its rows."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from inburgering.annex.control_file import control_file
from inburgering.annex.explained_cell import explain, find_cell, find_place
from inburgering.annex.export import export_annex
from inburgering.annex.question import read_question
from inburgering.annex.reader import read_annex
from inburgering.warehouse.open_build import open_build
from support.annex_tables import table_cells
from support.pipeline import Pipeline, refused, succeeded


def figure_places(workbook: Path) -> list[tuple[str, float]]:
    """Return every figure of a workbook, those in the rows of totals too, with its place."""
    return [
        (f"{sheet.title}!{cell.coordinate}", cell.value)
        for sheet in load_workbook(workbook)
        for name in sheet.tables
        for row in table_cells(sheet, name)[1:]
        for cell in row
        if isinstance(cell.value, int | float)
    ]


def as_written(figure: float) -> float:
    """Return a figure as a workbook holds it: a fraction with 16 significant digits."""
    return float(f"{figure:.16g}")


@pytest.mark.parametrize("name", ["sv_2024_123", "voorbeeld_gekruist"])
def test_every_figure_of_the_workbook_has_as_many_rows_behind_it(
    small_sample: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    annex = tmp_path / "annex.xlsx"
    question = read_question(name)
    export_annex(question, small_sample.warehouse, annex, last_green=True)
    monkeypatch.setattr("inburgering.annex.explained_cell.read_question", lambda _: question)
    explained: set[str] = set()
    for workbook in (annex, control_file(annex)):
        places = figure_places(workbook)
        assert len(places) > 400
        loaded = load_workbook(workbook)
        monkeypatch.setattr("inburgering.annex.explained_cell.load_workbook", lambda _, loaded=loaded: loaded)
        with open_build(small_sample.warehouse, last_green=True) as connection:
            read = read_annex(connection, question)
            cells = {place: find_cell(find_place(workbook, place), read) for place, _ in places}
            differing = [
                place for place, value in places if as_written(explain(cells[place]).figure(connection)) != value
            ]
        assert differing == []
        explained |= {place.rpartition("!")[0] for place, _ in places}
    assert explained == {*(tab.name for tab in question.tabs), "Controle", "Herziening"}


def test_a_figure_is_told_in_words_with_its_sql_and_rows(small_sample: Pipeline) -> None:
    annex = small_sample.folder / "annex.xlsx"
    sheet = load_workbook(annex)["2ab"]
    assert sheet["F7"].value > 20
    printed = succeeded(small_sample.script("explain_cell", annex, "2ab!F7"))
    first = printed.splitlines()[0]
    assert first.startswith("Eerste contracten (contracts) of 2023, agency: Agentschap Integratie en Inburgering")
    assert first.endswith(f"= {sheet['F7'].value}")
    assert "from annex_counted_persons" in printed
    assert "contracten.csv" in printed
    assert f"… {sheet['F7'].value - 20} more" in printed


def test_the_rows_go_to_a_csv_file(small_sample: Pipeline, tmp_path: Path) -> None:
    annex = small_sample.folder / "annex.xlsx"
    [invited] = [row[1] for row in table_cells(load_workbook(annex)["1"], "t1b_agentschap") if row[0].value == "Atlas"]
    place = f"1!${invited.column_letter}${invited.row}"
    succeeded(small_sample.script("explain_cell", annex, place, "--csv", tmp_path / "rows.csv"))
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == invited.value
    assert {row["agency"] for row in rows} == {"atlas"}
    assert all(row["sheet_name"] == "Uitnodigingen" and int(row["row_number"]) > 1 for row in rows)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2c!A1", "2c!A1 is no figure of a table; choose a cell with a figure"),
        ("2c!A7", "2c!A7 is no figure of a table; choose a cell with a figure"),
        ("9z!B7", "no sheet '9z'; it has Toelichting, 1, 2ab"),
        ("nergens", "no cell; name a sheet and a cell like '2c!D14'"),
        ("", "no cell; name a sheet and a cell like '2c!D14'"),
    ],
)
def test_a_place_without_a_figure_is_said_in_one_line(small_sample: Pipeline, cell: str, message: str) -> None:
    assert message in refused(small_sample.script("explain_cell", small_sample.folder / "annex.xlsx", cell))


@pytest.mark.parametrize(("cell", "text"), [("A6", "Mars"), ("D5", "Contracten 1999")])
def test_a_figure_in_a_row_or_column_of_another_name_is_not_explained(
    small_sample: Pipeline, tmp_path: Path, cell: str, text: str
) -> None:
    """Somebody sorted the table, or another build put it in another order; the figure may be the same by chance."""
    workbook = load_workbook(small_sample.folder / "annex.xlsx")
    sheet = workbook["2c"]
    [header_row] = [int(re.findall("[0-9]+", table.ref)[0]) for table in list(sheet.tables.values())[:1]]
    succeeded(small_sample.script("explain_cell", small_sample.folder / "annex.xlsx", f"2c!D{header_row + 1}"))
    sheet[f"{cell[0]}{header_row + int(cell[1]) - 5}"] = text
    workbook.save(tmp_path / "annex.xlsx")
    assert "has no figure there; export anew" in refused(
        small_sample.script("explain_cell", tmp_path / "annex.xlsx", f"2c!D{header_row + 1}")
    )


def test_a_place_may_be_written_as_excel_does(small_sample: Pipeline) -> None:
    plain, quoted = (
        succeeded(small_sample.script("explain_cell", small_sample.folder / "annex.xlsx", cell))
        for cell in ("2c!D7", "'2c'!$D$7")
    )
    assert plain.splitlines()[1:] == quoted.splitlines()[1:]


def test_the_workbook_carries_what_its_figures_come_from(small_sample: Pipeline) -> None:
    workbook = load_workbook(small_sample.folder / "annex.xlsx")
    carried = {prop.name: prop.value for prop in workbook.custom_doc_props.props}
    assert workbook.properties.identifier == "sv_2024_123"
    # What data it is, the commit, code lists and rules; and every file.
    assert len(carried) == 4 + 9
    assert carried["data"] == "synthetisch"
    assert carried["agii/contracten.csv"].startswith("version 1, sha256 ")
