"""A type that nobody decided about is not counted, and everybody who looks is told so."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from support.handmade import PERSON, write_deliveries, write_delivery
from support.pipeline import Pipeline, refused, succeeded


def contract(number: str, type_code: str, day: str) -> list[object]:
    return [*PERSON["agii"], number, type_code, day]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, str]:
    """Return a pipeline with unknown types in and after the years of the question, and what its build printed."""
    pipeline = Pipeline(tmp_path_factory.mktemp("undecided"))
    for reference_date in ("2023-01-31", "2024-01-31"):
        write_deliveries(pipeline.extracts, reference_date)
    rows = [
        contract("C1", "TT_IBVP", "05/05/2023"),
        contract("C2", "TT_IBNEW", "31/12/2023"),
        contract("C3", "tt_ibnew", "01/01/2019"),
        contract("C4", "TT_IBLATER", "01/01/2024"),
        contract("C5", "", "05/05/2023"),
    ]
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": rows})
    succeeded(pipeline.load())
    return pipeline, succeeded(pipeline.dbt("build"))


def test_the_build_says_on_screen_what_is_not_counted(built: tuple[Pipeline, str]) -> None:
    lines = [line for line in built[1].splitlines() if line.startswith("Not counted")]
    decide = "decide in seeds/codes/counted_types.csv whether it counts"
    assert lines == [
        f"Not counted: type TT_IBLATER on 1 rows of the contracts of AgII at 2024-01-31; {decide}",
        f"Not counted: type TT_IBNEW on 2 rows of the contracts of AgII at 2024-01-31; {decide}",
    ]


def test_the_export_refuses_until_one_line_of_data_decides(built: tuple[Pipeline, str], tmp_path: Path) -> None:
    message = refused(built[0].export("sv_2024_123", "--output", tmp_path / "a.xlsx"))
    assert message == (
        "Error: type TT_IBNEW is on 2 rows of the contracts of AgII, and nobody decided yet whether it counts; "
        "add a line to seeds/codes/counted_types.csv and run dbt build"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_empty_type_or_one_after_the_years_of_the_question_does_not_refuse(
    built: tuple[Pipeline, str], tmp_path: Path
) -> None:
    built[0].export_whatever_is_rejected(tmp_path / "a.xlsx", "sv_2023_113")


def test_the_feedback_says_that_such_rows_are_not_counted(built: tuple[Pipeline, str], tmp_path: Path) -> None:
    succeeded(built[0].script("report_rejects", "--output-folder", tmp_path))
    sheet = load_workbook(tmp_path / "terugmelding_agii_2024-01-31.xlsx")["Terugmelding"]
    rows = [[cell.value for cell in row] for row in sheet[sheet.tables["terugmelding"].ref]]
    about_types = {(row[4], row[6]) for row in rows if "Type traject" in row[5]}
    assert about_types == {("TT_IBNEW", "nee"), ("tt_ibnew", "nee"), ("TT_IBLATER", "nee"), (None, "nee")}
