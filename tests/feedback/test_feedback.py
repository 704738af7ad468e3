"""The feedback to an agency is read back, and its figures are compared with counts of its own on the warehouse."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from inburgering.feedback.feedback import report_rejects
from inburgering.feedback.product import Table
from inburgering.intake.extract_contract import read_contracts
from support.pipeline import Pipeline, refused, succeeded

AGENCIES = list(read_contracts())
DAY, BEFORE = "2024-01-31", "2023-01-31"
AGREED = {"agii": ["Geslacht leeg"], "atlas": [], "amal": []}

# Every problem of every row, straight from the rows and the seeds; nothing of the feedback models.
PROBLEMS = """
with reported as (
    select agency, reference_date, event_type, row_number, label, 0 as is_accepted, severity
    from int_rejected_rows inner join rejection_reasons using (rejection_reason)
    union all
    select agency, reference_date, event_type, row_number, label, is_counted::int, severity
    from int_event_warnings inner join warnings using (warning)
)
select
    reported.*, event_number, dossier_number,
    min(is_accepted) over (partition by agency, reference_date, event_type, row_number) = 1 as is_counted
from reported
left join int_events using (agency, reference_date, event_type, row_number)
where agency = ? and reference_date = ? and not list_contains(?, label)
"""


@pytest.fixture(scope="module")
def folder(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the feedback to every agency."""
    folder = tmp_path_factory.mktemp("feedback")
    lines = report_rejects(small_sample.warehouse, folder, last_green=True)
    assert len(lines) == len(AGENCIES)
    return folder


@pytest.fixture(scope="module")
def warehouse(small_sample: Pipeline) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(small_sample.warehouse), read_only=True)


def problems_of(warehouse: duckdb.DuckDBPyConnection, agency: str, day: str) -> list[dict[str, Any]]:
    result = warehouse.execute(PROBLEMS, [agency, day, AGREED[agency]])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def workbook_of(folder: Path, agency: str) -> Workbook:
    return load_workbook(folder / f"terugmelding_{agency}_{DAY}.xlsx")


def table_of(workbook: Workbook, name: str) -> list[dict[str, Any]]:
    """Return the rows of an Excel table by their headers."""
    [sheet] = [sheet for sheet in workbook if name in sheet.tables]
    header, *rows = [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_first_sheet_counts_the_rows_of_the_warehouse(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    found = {
        row["Probleem"]: (row["Rijen"], row["Niet geteld"])
        for row in table_of(workbook_of(folder, agency), "problemen")
    }
    expected: dict[str, tuple[int, int]] = dict.fromkeys(found, (0, 0))
    for row in problems_of(warehouse, agency, DAY):
        rows, not_counted = expected.get(row["label"], (0, 0))
        expected[row["label"]] = (rows + 1, not_counted + (not row["is_counted"]))
    assert found == expected
    assert len(found) > 10
    assert not set(found) & set(AGREED[agency])


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_rows_are_those_of_the_first_sheet_and_the_rows_that_stay(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    workbook = workbook_of(folder, agency)
    rows = table_of(workbook, "terugmelding")
    events = {table.sheet_name or table.file_name: table.event_type for table in read_contracts()[agency].tables}
    place = [
        (events[row["Bestand"] if row["Blad"] == "–" else row["Blad"]], row["Rij"], row["Probleem"]) for row in rows
    ]
    reported = [key for key, row in zip(place, rows, strict=True) if row["Geteld"] != "blijft"]
    assert sorted(reported) == sorted(
        (row["event_type"], row["row_number"], row["label"]) for row in problems_of(warehouse, agency, DAY)
    )
    assert len(reported) == sum(row["Rijen"] for row in table_of(workbook, "problemen"))
    for (event_type, number, problem), row in zip(place, rows, strict=True):
        if row["Rij die blijft"] == "–":
            continue
        [(of_row, of_kept, reason)] = warehouse.execute(
            "select rows.event_number, kept.event_number, kept.rejection_reason "
            "from int_events as rows, int_events as kept where rows.agency = $agency and rows.reference_date = $day "
            "and rows.event_type = $event_type and rows.row_number = $number and kept.agency = $agency "
            "and kept.reference_date = $day and kept.event_type = $event_type and kept.row_number = $kept",
            {"agency": agency, "day": DAY, "event_type": event_type, "number": number, "kept": row["Rij die blijft"]},
        ).fetchall()
        assert (of_row, reason) == (of_kept, None)
        assert (event_type, row["Rij die blijft"], problem) in place
    assert sum(row["Geteld"] == "blijft" for row in rows) > 10


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_most_consequential_problem_stands_first(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    severities = dict(
        warehouse.execute(
            "select label, severity from rejection_reasons union select label, severity from warnings"
        ).fetchall()
    )
    rows = [row for row in table_of(workbook_of(folder, agency), "problemen") if row["Rijen"]]
    weights = [(severities[row["Probleem"]], -row["Rijen"]) for row in rows]
    assert weights == sorted(weights)
    assert all(
        row[column] != "–" for row in rows for column in ("Gevolg voor de cijfers", "Wat te doen", "Verwachte vorm")
    )
    assert not any("{" in str(value) for row in rows for value in row.values())


@pytest.mark.parametrize("agency", AGENCIES)
def test_new_solved_and_still_there_are_counted_since_the_delivery_before(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    """Rows are known by number or dossier; the broken ones, which have neither, by being one of so many."""
    known: dict[str, dict[str, list[object]]] = {}
    for day in (BEFORE, DAY):
        for row in problems_of(warehouse, agency, day):
            key = (row["event_type"], row["event_number"], None if row["event_number"] else row["dossier_number"])
            known.setdefault(row["label"], {BEFORE: [], DAY: []})[day].append(key)
    expected = {}
    for label, keys in known.items():
        still = sum(min(keys[DAY].count(key), keys[BEFORE].count(key)) for key in set(keys[DAY]))
        expected[label] = (len(keys[DAY]) - still, still, len(keys[BEFORE]) - still)
    found = {
        row["Probleem"]: (row["Nieuw"], row["Nog steeds"], row["Opgelost"])
        for row in table_of(workbook_of(folder, agency), "problemen")
    }
    assert found == expected
    assert all(sum(counts[place] for counts in found.values()) > 0 for place in range(3))


def test_a_first_delivery_is_compared_with_nothing(small_sample: Pipeline, tmp_path: Path) -> None:
    succeeded(small_sample.script("report_rejects", "amal", "--reference-date", BEFORE, "--output-folder", tmp_path))
    workbook = load_workbook(tmp_path / f"terugmelding_amal_{BEFORE}.xlsx")
    assert {row["Nieuw"] for row in table_of(workbook, "problemen")} == {"–"}
    assert {row["Sinds de vorige levering"] for row in table_of(workbook, "terugmelding")} == {"–"}
    assert "eerste levering" in workbook["Problemen"]["A3"].value
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"terugmelding_amal_{BEFORE}",
        f"terugmelding_amal_{BEFORE}.xlsx",
    ]


@pytest.mark.parametrize("agency", AGENCIES)
def test_an_example_was_delivered_and_identifies_nobody(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    workbook = workbook_of(folder, agency)
    examples = {row["Probleem"]: row["Voorbeeld"] for row in table_of(workbook, "problemen") if row["Voorbeeld"] != "–"}
    delivered = {(row["Probleem"], row["Waarde"]) for row in table_of(workbook, "terugmelding")}
    assert len(examples) > 4
    assert set(examples.items()) <= delivered
    numbers = warehouse.execute(
        "select event_number from int_events union select dossier_number from int_events"
    ).fetchall()
    assert not set(examples.values()) & {number for (number,) in numbers}
    assert all(len(re.sub(r"\D", "", example)) <= 8 for example in examples.values())


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_csv_files_hold_what_the_sheets_hold(folder: Path, agency: str) -> None:
    workbook = workbook_of(folder, agency)
    for name, table in (("problemen", "problemen"), ("rijen", "terugmelding")):
        with (folder / f"terugmelding_{agency}_{DAY}" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            written = list(csv.DictReader(file))
        shown = [
            {header: "" if value in (None, "–") else str(value) for header, value in row.items()}
            for row in table_of(workbook, table)
        ]
        assert written == shown


def test_the_workbook_is_one_to_print_and_to_filter(folder: Path) -> None:
    workbook = workbook_of(folder, "agii")
    assert workbook.properties.language == "nl-BE"
    assert workbook.sheetnames == ["Problemen", "Terugmelding"]
    for sheet in workbook:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        [table] = sheet.tables.values()
        assert table.headerRowCount == 1
        assert table.autoFilter
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_build_gives_the_same_bytes(small_sample: Pipeline, folder: Path, tmp_path: Path) -> None:
    report_rejects(small_sample.warehouse, tmp_path, "agii", last_green=True)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 3
    assert all(path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes() for path in written)


def test_an_agency_that_did_not_deliver_is_refused_in_one_line(small_sample: Pipeline, tmp_path: Path) -> None:
    for arguments in (["hnb"], ["agii", "--reference-date", "2022-01-31"]):
        message = refused(small_sample.script("report_rejects", *arguments, "--output-folder", tmp_path))
        assert f"no delivery of {arguments[0]} at" in message
    assert list(tmp_path.iterdir()) == []


def test_workbook_and_csv_appear_together_or_not_at_all(folder: Path, small_sample: Pipeline, tmp_path: Path) -> None:
    name = f"terugmelding_agii_{DAY}"
    shutil.copytree(folder / name, tmp_path / name)
    (tmp_path / name / "rijen.csv").write_text("before")
    (tmp_path / f"{name}.xlsx").mkdir()
    message = refused(small_sample.script("report_rejects", "agii", "--output-folder", tmp_path))
    assert "cannot be written" in message
    assert "--output-folder" in message
    assert (tmp_path / name / "rijen.csv").read_text() == "before"


def test_a_csv_file_holds_no_formula_and_no_line_breaks() -> None:
    table = Table("a", ("x", "y"), [("=1+1", "-rf"), (" @A1", "a\nb"), (None, 1)])
    assert table.csv.decode() == "x,y\n'=1+1,'-rf\n' @A1,a\\nb\n,1\n"
