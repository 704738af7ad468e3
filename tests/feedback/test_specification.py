"""What an agency is asked to deliver is what the loader takes, and says what the warehouse makes of it."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from inburgering.feedback.specification import write_specification
from inburgering.intake.extract_contract import read_contracts
from support.pipeline import Pipeline, refused, succeeded
from write_delivery_specification import coming_reference_date

CONTRACTS = read_contracts()
DAY = datetime.date(2024, 1, 31)


@pytest.fixture(scope="module")
def folder(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the specification for every agency."""
    folder = tmp_path_factory.mktemp("specification")
    for agency in CONTRACTS:
        write_specification(small_sample.warehouse, folder, agency, DAY, last_green=True)
    return folder


@pytest.fixture(scope="module")
def warehouse(small_sample: Pipeline) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(small_sample.warehouse), read_only=True)


def workbook_of(folder: Path, agency: str) -> Workbook:
    return load_workbook(folder / f"aanlevering_{agency}_{DAY}.xlsx")


def table_of(workbook: Workbook, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of an Excel table, below its header."""
    [sheet] = [sheet for sheet in workbook if name in sheet.tables]
    return [tuple(cell.value for cell in row) for row in sheet[sheet.tables[name].ref]][1:]


def examples_of(folder: Path, agency: str, table: str) -> list[list[str]]:
    """Return the examples of a table as the workbook shows them, a list for each row of the file."""
    columns = table_of(workbook_of(folder, agency), f"voorbeeld_{table}")
    return [list(row) for row in zip(*[[value or "" for value in values] for _, *values in columns], strict=True)]


def fill_templates(folder: Path, agency: str, delivery: Path) -> int:
    """Fill the templates of an agency with the examples, as its delivery; return the number of rows."""
    shutil.copytree(folder / f"aanlevering_{agency}_{DAY}", delivery)
    contract = CONTRACTS[agency]
    written = 0
    for table in contract.tables:
        path = delivery / table.file_name
        rows = examples_of(folder, agency, table.name)
        written += len(rows)
        if contract.file_format == "csv":
            with path.open("a", encoding=contract.encoding, newline="") as file:
                csv.writer(file, delimiter=contract.separator, quotechar=contract.quote).writerows(rows)
        else:
            workbook = load_workbook(path)
            for row in rows:
                workbook[table.sheet_name].append(row)
            workbook.save(path)
    return written


def test_filled_templates_are_accepted_without_a_word(folder: Path, pipeline: Pipeline) -> None:
    """The loader takes them, no row is rejected, and no row has a warning: not even of a code or a date."""
    rows = sum(fill_templates(folder, agency, pipeline.extracts / agency / str(DAY)) for agency in CONTRACTS)
    assert rows > 20
    assert f"{rows} rows delivered, {rows} landed, 0 broken" in succeeded(pipeline.load())
    assert f"{rows} rows delivered, {rows} accepted, 0 rejected" in succeeded(pipeline.dbt("build"))
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from feedback_rows").fetchall() == [(0,)]
        assert connection.execute("select count(*) from int_events where is_person_number_valid").fetchall() == [
            (rows,)
        ]
        kept = connection.execute("select warning from int_event_warnings").fetchall()
    assert {warning for (warning,) in kept} == {"empty_gender"}
    succeeded(pipeline.script("report_rejects", "--output-folder", pipeline.folder / "feedback"))


def test_a_template_is_refused_as_long_as_it_is_empty(folder: Path, pipeline: Pipeline) -> None:
    shutil.copytree(folder / f"aanlevering_agii_{DAY}", pipeline.extracts / "agii" / str(DAY))
    assert "no rows" in pipeline.load().stderr


@pytest.mark.parametrize("agency", CONTRACTS)
def test_the_columns_are_those_of_the_contract(folder: Path, agency: str) -> None:
    workbook = workbook_of(folder, agency)
    contract = CONTRACTS[agency]
    columns = table_of(workbook, "kolommen")
    assert [(place, number, column) for place, number, column, *_ in columns] == [
        (table.sheet_name or table.file_name, number, column)
        for table in contract.tables
        for number, column in enumerate(table.columns, start=1)
    ]
    assert all(meaning and form for *_, meaning, form, _, _ in columns)
    optional = {column for _, _, column, _, _, required, _ in columns if required != "ja"}
    attributes = {"letter_sent_on_as_delivered", "registered_on_as_delivered", "not_registered_reason_code"}
    attributes |= {"gender_code"} if agency == "agii" else set()
    assert optional == {
        column
        for table in contract.tables
        for column, attribute in zip(table.columns, table.attributes, strict=True)
        if attribute in attributes
    }
    assert [row[0] for row in table_of(workbook, "bestanden")] == [table.file_name for table in contract.tables]


@pytest.mark.parametrize("agency", CONTRACTS)
def test_the_codes_are_those_that_the_warehouse_knows(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, agency: str
) -> None:
    workbook = workbook_of(folder, agency)
    table = CONTRACTS[agency].tables[0]
    contracts, attests = CONTRACTS[agency].tables[1:]
    column = {"agii": "rijksregister_code", "atlas": "nationality", "amal": "iso_alpha3"}[agency]
    expected = {
        *(
            (table.column_of(f"{name}_code"), code, label, "–")
            for name, members in (
                ("gender", "genders"),
                ("target_group", "target_groups"),
                ("residence_status", "residence_statuses"),
            )
            for code, label in warehouse.execute(
                f"select code, label from {name}_codes inner join {members} using ({name}) where dialect = ?", [agency]
            ).fetchall()
        ),
        *(
            (table.column_of("not_registered_reason_code"), code, label, "–")
            for code, label in warehouse.execute(
                "select not_registered_reason, label from not_registered_reasons where is_delivered_code"
            ).fetchall()
        ),
        *(
            ((contracts if event_type == "contracts" else attests).column_of("type_code"), *about)
            for event_type, *about in warehouse.execute(
                "select event_type, type_code, meaning, if(is_counted_type, 'ja', 'nee') from counted_types"
            ).fetchall()
        ),
    }
    found = table_of(workbook, "codes")
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert {row[:2] for row in table_of(workbook, "nationaliteiten")} == set(
        warehouse.execute(
            f"select {column}, label from nationalities where {column} is not null union all "
            "select code, explanation from special_nationality_codes where dialect = ?",
            [agency],
        ).fetchall()
    )
    assert {
        (code, *(None if day == "–" else day.date() for day in days))
        for code, _, *days in table_of(workbook, "gemeenten")
    } == set(warehouse.execute("select nis_code, valid_from, valid_until from municipalities").fetchall())


@pytest.mark.parametrize("agency", CONTRACTS)
def test_the_persons_of_the_examples_are_nobody(folder: Path, agency: str) -> None:
    """Nobody was born, or registered with a bis number, in month 99 on day 99."""
    for table in CONTRACTS[agency].tables:
        place = table.attributes.index("person_number")
        rows = examples_of(folder, agency, table.name)
        assert rows == [list(example) for example in table.examples]
        assert {row[place].replace(".", "")[2:6] for row in rows} == {"9999"}


@pytest.mark.parametrize(
    ("day", "known", "new"),
    [
        ("2025-01-30", ["2023-01-31"], []),
        ("2025-01-31", ["2025-01-31", "2023-01-31"], ["2025-01-31"]),
        ("2026-01-30", ["2025-01-31", "2023-01-31"], ["2025-01-31"]),
        ("2026-01-31", ["2025-01-31", "2023-01-31"], []),
        ("2024-02-29", ["2023-01-31"], []),
    ],
)
def test_a_change_is_new_for_a_year(
    small_sample: Pipeline, tmp_path: Path, day: str, known: list[str], new: list[str]
) -> None:
    path = write_specification(
        small_sample.warehouse, tmp_path, "agii", datetime.date.fromisoformat(day), last_green=True
    )
    changes = [(str(since.date()), is_new) for since, is_new, _ in table_of(load_workbook(path), "wijzigingen")]
    assert [since for since, _ in changes] == known
    assert [since for since, is_new in changes if is_new == "ja"] == new


def test_the_workbook_is_one_to_print_and_to_filter(folder: Path) -> None:
    for agency in CONTRACTS:
        workbook = workbook_of(folder, agency)
        assert workbook.properties.language == "nl-BE"
        for sheet in workbook:
            assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
            assert sheet.tables
            assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_build_gives_the_same_bytes(small_sample: Pipeline, folder: Path, tmp_path: Path) -> None:
    for agency in CONTRACTS:
        write_specification(small_sample.warehouse, tmp_path, agency, DAY, last_green=True)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 3 + 3 + 1 + 3
    assert all(path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes() for path in written)


def test_a_template_of_excel_keeps_zeros_and_one_of_csv_its_encoding(folder: Path) -> None:
    sheet = load_workbook(folder / f"aanlevering_atlas_{DAY}" / "atlas.xlsx")["Contracten"]
    assert (sheet.column_dimensions["B"].number_format, sheet.column_dimensions["J"].number_format) == (
        "@",
        "dd/mm/yyyy",
    )
    content = (folder / f"aanlevering_agii_{DAY}" / "contracten.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfKBI_NUMMER;INSZ;")
    [header] = csv.reader(io.StringIO((folder / f"aanlevering_amal_{DAY}" / "contracts.csv").read_text("cp1252")))
    assert tuple(header) == CONTRACTS["amal"].tables[1].columns


def test_an_agency_or_folder_that_is_none_is_one_line(small_sample: Pipeline, tmp_path: Path) -> None:
    assert "hnb: no such agency; expected one of agii, amal, atlas" in refused(
        small_sample.script("write_delivery_specification", "hnb", "--output-folder", tmp_path)
    )
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(
        small_sample.script("write_delivery_specification", "agii", "--output-folder", tmp_path / "file" / "x")
    )


def test_the_coming_reference_date_is_the_31_january_that_is_not_over() -> None:
    assert coming_reference_date(datetime.date(2024, 1, 31)) == DAY
    assert coming_reference_date(datetime.date(2024, 2, 1)) == datetime.date(2025, 1, 31)
