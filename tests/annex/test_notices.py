"""What the screen says after an export."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from inburgering.annex.annex import NoData
from inburgering.annex.notices import notices
from inburgering.annex.question import read_question


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the models that the notices read, without rows."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table annex_checks_published (reference_date date, year int, measure text, breakdown text, member "
            "text, label text, persons int, persons_published int, difference int, is_exact boolean, published_on date)"
        )
        connection.execute(
            "create table annex_cube (reference_date date, year int, measure text, breakdown text, member text, "
            "second_breakdown text)"
        )
        connection.execute(
            "create table annex_checks_undecided (reference_date date, year int, short_label text, event_type text, "
            "type_code text, rows_undecided int)"
        )
        connection.execute(
            "create table annex_checks_deliveries (reference_date date, agency text, agency_label text, file_name "
            "text, sheet_name text, rows_delivered int, rows_rejected int, agency_sort_order int, "
            "event_type_sort_order int)"
        )
        yield connection


def said(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return list(notices(read_question("sv_2024_123"), connection))


def publish(connection: duckdb.DuckDBPyConnection, year: int, member: str, persons: int, published: int) -> None:
    breakdown = "total" if member == "totaal" else "agency" if member in ("agii", "amal") else "gender"
    connection.execute(
        "insert into annex_checks_published values "
        "('2024-01-31', ?, 'contracts', ?, ?, ?, ?, ?, ?, true, '2024-03-01')",
        [year, breakdown, member, f"{member} {year}", persons, published, persons - published],
    )


def count(connection: duckdb.DuckDBPyConnection, year: int, member: str, reference_date: str = "2024-01-31") -> None:
    breakdown = "total" if member == "totaal" else "agency"
    connection.execute(
        "insert into annex_cube values (?, ?, 'contracts', ?, ?, 'total')", [reference_date, year, breakdown, member]
    )


def test_nothing_to_look_at(connection: duckdb.DuckDBPyConnection) -> None:
    assert said(connection) == ["0 of 0 published figures are equal"]


def test_published_figures_are_compared_where_the_deliveries_can_hold_them(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for year in (2020, 2021):
        count(connection, year, "totaal")
    count(connection, 2021, "agii")
    count(connection, 2019, "totaal", reference_date="2023-01-31")
    publish(connection, 2019, "totaal", 0, 5)
    publish(connection, 2019, "man", 0, 5)
    publish(connection, 2020, "totaal", 4, 5)
    publish(connection, 2020, "man", 3, 3)
    publish(connection, 2020, "agii", 0, 3)
    publish(connection, 2021, "agii", 9, 3)
    publish(connection, 2021, "amal", 0, 3)
    assert said(connection) == [
        "1 of 3 published figures are equal; 4 are of years or agencies that were not delivered; see the tab Controle",
        "  agii 2021: 9, but 3 published on 2024-03-01 (+6)",
        "  totaal 2020: 4, but 5 published on 2024-03-01 (-1)",
    ]


def test_many_differences_are_not_all_shown(connection: duckdb.DuckDBPyConnection) -> None:
    count(connection, 2019, "totaal")
    for number in range(12):
        publish(connection, 2020, f"member {number:02}", number + 1, 0)
    lines = said(connection)
    assert lines[0] == "0 of 12 published figures are equal; see the tab Controle"
    assert lines[1] == "  member 11 2020: 12, but 0 published on 2024-03-01 (+12)"
    assert lines[11:] == ["  … 2 more"]


def test_types_that_nobody_decided_about_after_the_years_of_the_question(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for year, rows in ((2023, 5), (2024, 2), (2024, 1)):
        connection.execute(
            "insert into annex_checks_undecided values ('2024-01-31', ?, 'AgII', 'contracts', 'X', ?)", [year, rows]
        )
    assert said(connection)[1:] == [
        "Not counted, after 2023: type X on 3 rows of the contracts of AgII; decide in seeds/codes/counted_types.csv "
        "whether it counts"
    ]


def test_files_with_rejected_rows_above_two_per_cent(connection: duckdb.DuckDBPyConnection) -> None:
    for number, (agency, sheet, rejected) in enumerate(
        [("agii", None, 20), ("atlas", "Contracten", 21), ("totaal", None, 900)]
    ):
        connection.execute(
            "insert into annex_checks_deliveries (reference_date, agency, agency_label, file_name, sheet_name, "
            "rows_delivered, rows_rejected, agency_sort_order, event_type_sort_order) "
            "values ('2024-01-31', ?, upper(?), 'a.csv', ?, 1000, ?, ?, 1)",
            [agency, agency, sheet, rejected, number],
        )
    assert said(connection)[1:] == [
        "Rejected: 21 of 1000 rows of a.csv, sheet Contracten of ATLAS (2%); see the tab Controle, and "
        "scripts/report_rejects.py for the rows"
    ]


def test_years_that_an_agency_did_not_deliver(connection: duckdb.DuckDBPyConnection) -> None:
    missing = [NoData("ATLAS", "contracts", "contracten", 2021), NoData("AMAL", "attests", "attesten", None)]
    assert list(notices(read_question("sv_2024_123"), connection, missing))[1:] == [
        "No data, which is not zero: ATLAS has no contracts before 2021; the notes of the annex say so",
        "No data, which is not zero: AMAL has no attests at all; the notes of the annex say so",
    ]
