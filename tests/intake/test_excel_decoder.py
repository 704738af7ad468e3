"""What stands in a workbook and what is landed of it, where the reader of workbooks would show something else."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from inburgering.intake import workbook_file
from inburgering.intake.excel_decoder import decode_excel
from support.bad_inputs import CONTRACTS, change_part
from support.handmade import WORKBOOK, Rows, default_rows, write_delivery

TABLE = CONTRACTS["atlas"].tables[1]
DAY = TABLE.columns.index("Ondertekend op")


def decode(path: Path) -> list[tuple]:
    """Return the rows of the contracts in a workbook, each behind its number."""
    decoded = decode_excel(path, CONTRACTS["atlas"], TABLE)
    return [row for batch in decoded.batches for row in batch.rows()]


def write(tmp_path: Path, rows: Rows) -> Path:
    return write_delivery(tmp_path, "atlas", {"Contracten": rows}) / WORKBOOK


def test_errors_land_as_their_text_and_their_rows_stay(tmp_path: Path) -> None:
    good = default_rows("atlas", "Contracten")[0]
    only_errors: list[object] = [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NUM!",
        "#NULL!",
        "#N/A",
        "#N/A",
        "#N/A",
    ]
    one_error = [*good[:6], "#N/A", *good[7:]]
    last: list[object] = [None] * 9 + ["#REF!"]
    path = write(tmp_path, [good, only_errors, one_error, [None] * 10, last])
    texts = {number: list(values) for number, *values in decode(path)}
    assert list(texts) == [2, 3, 4, 6]
    assert texts[3] == only_errors
    assert texts[4] == [*texts[2][:6], "#N/A", *texts[2][7:]]
    assert texts[6] == last


def test_an_error_beside_the_table_makes_a_row_too_wide(tmp_path: Path) -> None:
    good = default_rows("atlas", "Contracten")[0]
    path = write(tmp_path, [[*good, None, "#N/A"], good])
    decoded = decode_excel(path, CONTRACTS["atlas"], TABLE)
    assert sum(batch.height for batch in decoded.batches) == 1
    assert [row.row_number for row in decoded.broken_rows] == [2]


def test_a_time_is_cut_off_however_late_it_is(tmp_path: Path) -> None:
    """45291 is the last day of 2023; a reader that rounds to milliseconds shows the first of 2024."""
    times = [0, 0.000000001, 0.5, 0.99999, 0.99999998, 0.999999994, 0.999999995, 0.9999999999]
    rows = []
    for time in times:
        rows.append([*default_rows("atlas", "Contracten")[0][:DAY], 45291 + time])
    path = write(tmp_path, rows)
    workbook = openpyxl.load_workbook(path)
    for row in range(2, 2 + len(times)):
        workbook["Contracten"].cell(row, DAY + 1).number_format = "dd/mm/yyyy"
    workbook.save(path)
    assert openpyxl.load_workbook(path)["Contracten"].cell(3, DAY + 1).value >= datetime.datetime(2023, 12, 31)
    assert [row[DAY + 1] for row in decode(path)] == ["31/12/2023"] * len(times)


def test_cells_without_names_are_found_too(tmp_path: Path) -> None:
    path = write(tmp_path, default_rows("atlas", "Contracten"))
    row = b"<row><c><v>1</v></c><c t='e'><v>#N/A</v></c></row>"
    spoil = change_part("xl/worksheets/sheet2.xml", lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>"))
    spoil(path.parent)
    assert decode(path)[1] == (3, "1", "#N/A", *[None] * 8)


ELEMENTS = st.builds(
    "<{}{}{}r={}{}{}>{}<".format,
    st.sampled_from(["", "x:", "xm:", "é:"]),
    st.sampled_from(["f", "c", "row", "is"]),
    st.sampled_from([" ", "\n", ' s="1" ', "/"]),
    quote := st.sampled_from(["'", '"']),
    st.sampled_from(["A1", "Z999999", "AA1", "B1000000", "1000000", "ABCD12"]),
    quote,
    st.sampled_from(["", " ", "12"]),
)


@settings(max_examples=300)
@given(elements=st.lists(ELEMENTS, max_size=3))
def test_the_quick_look_at_a_sheet_misses_nothing_that_the_careful_one_finds(elements: list[str]) -> None:
    text = "".join(elements).encode()
    for quick, careful in (
        (workbook_file.MAY_BE_FORMULA, workbook_file.FORMULA),
        (workbook_file.MAY_BE_FAR, workbook_file.FAR_CELL),
    ):
        assert workbook_file._holds(text, quick) or not careful.search(text), (careful.pattern, text)
