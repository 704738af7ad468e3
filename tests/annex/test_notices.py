"""What the screen and the control file say of what to look at before an annex is sent."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import duckdb
import pytest

from inburgering.annex.findings import (
    Findings,
    IssuedOtherwise,
    NoData,
    PublishedFigure,
    RejectedRows,
    UndecidedType,
    read_findings,
)
from inburgering.annex.notices import notices
from inburgering.annex.question import read_question
from inburgering.annex.texts import to_look_at

QUESTION = read_question("sv_2024_123")
NOTHING = Findings((), (), (), (), ())


def published(
    label: str, persons: int, public: int, is_comparable: bool = True, is_exact: bool = True
) -> PublishedFigure:
    day = datetime.date(2024, 3, 1)
    return PublishedFigure(label, persons, public, is_exact, day, persons - public, is_comparable)


def said(**findings: tuple) -> list[str]:
    return list(notices(QUESTION, Findings(**{**vars(NOTHING), **findings})))


def written(**findings: tuple) -> list[str]:
    return [" ".join(line) for line in to_look_at(QUESTION, Findings(**{**vars(NOTHING), **findings}))]


def test_nothing_to_look_at() -> None:
    assert said() == ["0 of 0 published figures are equal"]
    assert written() == []


def test_published_figures_are_compared_where_the_deliveries_can_hold_them() -> None:
    figures = (
        published("B", 9, 3),
        published("C", 4, 1234, is_exact=False),
        published("A", 3, 3),
        published("D", 0, 3, is_comparable=False),
    )
    assert said(published=figures) == [
        "1 of 3 published figures are equal; 1 are of years or agencies that were not delivered; see the control file",
        "  B: 9, but 3 published on 2024-03-01 (+6)",
        "  C: 4, but 1234 worked out from what was published on 2024-03-01 (-1230)",
    ]
    first, second, left_out = written(published=figures)
    assert first.startswith("B: de bijlage telt 9, gepubliceerd op 01/03/2024 is 3.")
    assert second.startswith("C: de bijlage telt 4, afgeleid uit wat gepubliceerd is op 01/03/2024 is 1.234.")
    assert left_out.startswith(
        "1 gepubliceerde cijfers, van jaren of agentschappen zonder gegevens, zijn niet vergeleken"
    )


def test_many_differences_are_not_all_shown_on_screen() -> None:
    figures = tuple(published(f"{number:02}", number + 1, 0) for number in range(12))
    lines = said(published=figures)
    assert lines[0] == "0 of 12 published figures are equal; see the control file"
    assert len(lines) == 12
    assert lines[-1] == "  … 2 more"
    assert len(written(published=figures)) == 12


def test_what_does_not_count_is_missing_or_was_rejected_is_said() -> None:
    findings = {
        "undecided": (UndecidedType("X", 3, "contracts", "AgII"),),
        "rejected": (RejectedRows("atlas", "ATLAS", "a.xlsx", "Contracten", 1000, 21),),
        "no_data": (
            NoData("ATLAS", "contracts", "contracten", 2021),
            NoData("AMAL", "attests", "attesten", None),
        ),
    }
    assert said(**findings)[1:] == [
        "Not counted, after 2023: type X on 3 rows of the contracts of AgII; decide in seeds/codes/counted_types.csv "
        "whether it counts",
        "No data, which is not zero: ATLAS has no contracts before 2021; the notes of the annex say so",
        "No data, which is not zero: AMAL has no attests at all; the notes of the annex say so",
        "Rejected: 21 of 1000 rows of a.xlsx, sheet Contracten of ATLAS (2%); see the control file, and for the rows "
        "scripts/report_rejects.py",
    ]
    assert written(**findings) == [
        "ATLAS, a.xlsx, blad Contracten: 21 van de 1.000 rijen (2,1%) zijn terzijde gelegd. "
        "Bezorg het agentschap de terugmelding: report_rejects.py atlas.",
        "AgII: type X staat op 3 rijen van na 2023 en telt niet mee; niemand besliste daarover. "
        "Beslis in seeds/codes/counted_types.csv of het type meetelt.",
        "ATLAS leverde geen contracten aan over 2019 tot en met 2020: die cijfers ontbreken, ze zijn niet nul. "
        "Ga na of de levering volledig is; de bijlage vermeldt het bij de tabellen.",
        "AMAL leverde geen attesten aan over 2019 tot en met 2023: die cijfers ontbreken, ze zijn niet nul. "
        "Ga na of de levering volledig is; de bijlage vermeldt het bij de tabellen.",
    ]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return the models that the findings are read from, without rows."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table annex_checks_published (reference_date date, year int, label text, persons int, "
            "persons_published int, is_exact boolean, published_on date, difference int, is_comparable boolean)"
        )
        connection.execute(
            "create table annex_checks_undecided (reference_date date, year int, short_label text, event_type text, "
            "type_code text, rows_undecided int)"
        )
        connection.execute(
            "create table annex_checks_deliveries (reference_date date, agency text, agency_label text, event_type "
            "text, file_name text, sheet_name text, first_year int, rows_delivered int, rows_rejected int, "
            "agency_sort_order int, event_type_sort_order int)"
        )
        connection.execute("create table annex_checks_issued (reference_date date, question text, issued_on date)")
        connection.execute("create table event_types (event_type text, label text)")
        connection.execute("insert into event_types values ('contracts', 'contracten'), ('invitations', 'brieven')")
        yield connection


def found(connection: duckdb.DuckDBPyConnection, *shown_by_year: str) -> Findings:
    values = {"reference_date": QUESTION.reference_date, "first_year": 2019, "last_year": 2023}

    def select(query: str, **more: object) -> list[tuple]:
        named = {**values, **more}
        return connection.execute(query, {k: v for k, v in named.items() if f"${k}" in query}).fetchall()

    return read_findings(select, list(shown_by_year))


def test_only_types_on_rows_after_the_years_of_the_question_and_at_its_reference_date_are_found(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for day, year, rows in (
        ("2024-01-31", 2023, 5),
        ("2024-01-31", 2024, 2),
        ("2024-01-31", 2024, 1),
        ("2023-01-31", 2024, 9),
    ):
        connection.execute(
            "insert into annex_checks_undecided values (?, ?, 'AgII', 'contracts', 'X', ?)", [day, year, rows]
        )
    assert found(connection).undecided == (UndecidedType("X", 3, "contracts", "AgII"),)


def test_files_with_more_than_two_per_cent_of_their_rows_rejected_are_found(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number, (agency, rejected) in enumerate([("agii", 20), ("atlas", 21), ("totaal", 900)]):
        connection.execute(
            "insert into annex_checks_deliveries values "
            "('2024-01-31', ?, upper(?), 'contracts', 'a.csv', null, 2019, 1000, ?, ?, 1)",
            [agency, agency, rejected, number],
        )
    assert found(connection).rejected == (RejectedRows("atlas", "ATLAS", "a.csv", None, 1000, 21),)


def test_years_before_the_first_row_of_an_agency_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    for agency, event_type, first_year in (
        ("a", "contracts", 2019),
        ("b", "contracts", 2020),
        ("c", "invitations", 2023),
        ("d", "invitations", 2024),
        ("e", "contracts", None),
    ):
        connection.execute(
            "insert into annex_checks_deliveries values ('2024-01-31', ?, ?, ?, 'a.csv', null, ?, 10, 0, 1, 1)",
            [agency, agency, event_type, first_year],
        )
    by_year = found(connection, "contracts").no_data
    assert {(missing.agency, missing.first_year) for missing in by_year} == {("b", 2020), ("d", 2024), ("e", None)}
    # The years before are shown of invitations too.
    by_year = found(connection, "contracts", "invitations").no_data
    assert {missing.agency for missing in by_year} == {"b", "c", "d", "e"}
    assert {missing.agency for missing in found(connection).no_data} == {"d", "e"}


def test_an_issued_annex_that_comes_out_otherwise_is_named() -> None:
    issued = (IssuedOtherwise("sv_2024_123", datetime.date(2024, 3, 1), 12),)
    assert said(issued=issued)[1].startswith("Issued, and other now: 12 figures of sv_2024_123, issued on 2024-03-01")
    [line] = written(issued=issued)
    assert line.startswith("Bijlage sv_2024_123, bezorgd op 01/03/2024: 12 cijfers komen nu anders uit.")
