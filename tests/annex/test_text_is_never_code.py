"""Text that looks like code stays text on its way through, and names of files, folders and sheets do no harm."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from inburgering.intake.extract_contract import TableContract, read_contracts
from load_extracts import main as load_extracts
from support.bad_inputs import change_part
from support.handmade import (
    AFTER_THE_YEARS_OF_THE_QUESTION,
    ENCODING,
    HEADERS,
    REFERENCE_DATE,
    WORKBOOK,
    default_rows,
    header,
    write_deliveries,
    write_delivery,
)
from support.pipeline import Pipeline, succeeded

# What is delivered, and what stands in the feedback where that is not the same.
HOSTILE = {
    "=1+1": None,
    "+1+1": None,
    "-1+1": None,
    "@SUM(A1)": None,
    "=cmd|' /C calc'!A0": None,
    '=HYPERLINK("http://example.org/?"&A1;"klik")': None,
    '=WEBSERVICE("http://example.org/")': None,
    "\t=1+1": "=1+1",
    "\r=1+1": "=1+1",
    "\n@A1": "@A1",
    "a\tb": None,
    "a\rb": r"a\rb",
    "a\x01\x0b\x1bb": r"a\x01\x0b\x1bb",
    "{{ 7 * 7 }}{% raw %}": None,
    "{{ env_var('INBURGERING_PSEUDONYM_KEY') }}": None,
    "'; drop table feedback_rows; --": None,
    '" or 1=1 --': None,
    "$(id)`id`;id|id&id": None,
    "<b onclick='x()'>&amp;</b>]]>": None,
    "%s%n{0}{x!r}": None,
    "\\x41\\u0041\\": None,
    "a\u202eb\u200fc\u2066d": None,
    "a\uffffb": r"a\uffffb",
    "_x003D_1+1": "_x005F_x003D_1+1",
    "=" + "1" * 32_766: None,
    "\x01" * 20_000: (r"\x01" * 20_000)[:32_766] + "…",
}
TOO_LONG = "=" + "1" * 40_000
# The values of these reach the feedback when the project does not know them.
REPORTED = (
    "nis_code",
    "nationality_code",
    "gender_code",
    "target_group_code",
    "residence_status_code",
    "trajectory_type",
    "attest_type",
    "no_show_reason_code",
    "first_extracted_on_as_delivered",
    "letter_sent_on_as_delivered",
    "registered_on_as_delivered",
    "signed_on_as_delivered",
    "obtained_on_as_delivered",
)
CONTRACTS = read_contracts()
TABLES = [(agency, table) for agency in CONTRACTS for table in CONTRACTS[agency].tables]


def for_excel(value: str) -> str:
    """Return text as Excel writes it: characters that XML cannot hold, and what looks like that, by their number."""
    value = re.sub("_(?=x[0-9A-F]{4}_)", "_x005F_", value)
    return re.sub("[\x01-\x08\x0b-\x1f]", lambda found: f"_x{ord(found[0]):04X}_", value)


def can_be_written(agency: str, value: str) -> bool:
    """Return whether a value exists in the encoding of an agency."""
    try:
        value.encode(ENCODING.get(agency, "utf-8"))
    except UnicodeEncodeError:
        return False
    # XML has no U+FFFF, and openpyxl writes no more characters than this, those of _x0001_ included.
    return agency != "atlas" or ("\uffff" not in value and len(for_excel(value)) <= 32_767)


def hostile_rows(agency: str, table: TableContract) -> list[tuple[str, str, list[object]]]:
    """Return (attribute, hostile value, row) for every text column and hostile value, and one that is too long."""
    name = table.sheet_name or table.file_name
    rows: list[tuple[str, str, list[object]]] = []
    for attribute in table.attributes:
        for value in HOSTILE:
            if attribute == "person_number" or not can_be_written(agency, value):
                continue
            row = list(default_rows(agency, name)[0])
            row[0] = row[table.columns.index(table.key_column)] = f"N{len(rows)}"
            row[table.attributes.index(attribute)] = for_excel(value) if agency == "atlas" else value
            if attribute == "type_code":
                # An unknown type within the years of the question would keep the annex from being written.
                row[table.attributes.index("event_date_as_delivered")] = AFTER_THE_YEARS_OF_THE_QUESTION[agency]
            rows.append((attribute, value, row))
    if agency != "atlas":
        row = list(default_rows(agency, name)[0])
        row[0], row[2] = "LONG", TOO_LONG
        rows.append(("nis_code", TOO_LONG, row))
    return rows


def write_as_text(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Write a workbook in which what starts with = is text, as somebody gets who types it with a quote before it."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        sheet.append(header("atlas", title))
        for row_number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(row_number, column, None if value == "" else value)
                if isinstance(value, str) and value:
                    cell.data_type = "s"
    workbook.save(path)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline with every hostile value in every text column, up to the annex and the feedback."""
    pipeline = Pipeline(tmp_path_factory.mktemp("hostile"))
    for agency, contract in CONTRACTS.items():
        tables = {
            table.sheet_name or table.file_name: [row for *_, row in hostile_rows(agency, table)]
            for table in contract.tables
        }
        write_delivery(pipeline.extracts, agency, {} if agency == "atlas" else tables)
        if agency == "atlas":
            write_as_text(pipeline.extracts / agency / REFERENCE_DATE / WORKBOOK, tables)
    succeeded(pipeline.load())
    succeeded(pipeline.dbt("build"))
    pipeline.export_whatever_is_rejected(pipeline.folder / "annex.xlsx")
    succeeded(pipeline.script("report_rejects", "--output-folder", pipeline.folder / "feedback"))
    return pipeline


@pytest.mark.parametrize(("agency", "table"), TABLES, ids=[f"{agency} {table.event_type}" for agency, table in TABLES])
def test_hostile_values_land_as_they_were_delivered(hostile: Pipeline, agency: str, table: TableContract) -> None:
    landed = duckdb.connect().execute(
        "select * from read_parquet(?) order by row_number",
        [f"{hostile.landing}/agency={agency}/reference_date={REFERENCE_DATE}/version=1/{table.name}.parquet"],
    )
    names = [column[0] for column in landed.description]
    rows = [dict(zip(names, row, strict=True)) for row in landed.fetchall()]
    expected = [row for row in hostile_rows(agency, table) if row[1] != TOO_LONG]
    assert len(rows) == len(expected) > 100
    for row, (attribute, value, _) in zip(rows, expected, strict=True):
        assert row[table.column_of(attribute)] == value, (attribute, value[:50])


@pytest.mark.parametrize("agency", CONTRACTS)
def test_hostile_values_are_plain_text_in_the_feedback(hostile: Pipeline, agency: str) -> None:
    path = hostile.folder / "feedback" / f"terugmelding_{agency}_{REFERENCE_DATE}.xlsx"
    found: dict[tuple[str, str], list[str]] = {}
    for cells in load_workbook(path)["Terugmelding"].iter_rows(min_row=6):
        value = cells[4]
        if value.value:
            assert value.data_type == "s", value.coordinate
            assert value.quotePrefix == value.value.startswith(("=", "+", "-", "@")), value.coordinate
            found.setdefault((cells[1].value if agency == "atlas" else cells[0].value, cells[3].value), []).append(
                value.value.upper()
            )
    for table in CONTRACTS[agency].tables:
        for attribute, value, _ in hostile_rows(agency, table):
            if attribute in REPORTED and value != TOO_LONG:
                expected = (HOSTILE[value] or value).upper()
                place = (table.sheet_name or table.file_name, table.column_of(attribute))
                # Codes that are staged in capitals have an X there, which Excel does not read as a character.
                assert expected in found[place] or ("_x" in value and value.upper() in found[place]), (
                    place,
                    value[:50],
                )


def test_a_value_too_long_for_a_cell_is_set_aside(hostile: Pipeline) -> None:
    with duckdb.connect(str(hostile.warehouse), read_only=True) as connection:
        assert connection.execute(
            "select agency, count(*) from int_rejected_rows where rejection_reason = 'value_too_long' "
            "group by agency order by agency"
        ).fetchall() == [("agii", 3), ("amal", 3)]


def test_no_workbook_has_a_formula_a_link_out_or_a_macro(hostile: Pipeline) -> None:
    workbooks = [*hostile.folder.glob("annex*.xlsx"), *(hostile.folder / "feedback").glob("*.xlsx")]
    assert len(workbooks) == 5
    for path in workbooks:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert not re.search("external|vba|macro|connections", name, re.IGNORECASE), name
                if name.startswith("xl/worksheets/sheet"):
                    sheet = archive.read(name)
                    assert not re.search(rb"<f[\s>/]", sheet), name
                    assert b"r:id" not in re.sub(rb"<(?:tablePart|drawing|legacyDrawing)\b[^>]*>", b"", sheet), name
                if name.endswith(".rels"):
                    assert b'TargetMode="External"' not in archive.read(name), name


def test_the_build_counts_what_it_should_among_hostile_values(hostile: Pipeline) -> None:
    """A code that is not known counts as undetermined: nothing was run, dropped or lost."""
    delivered = sum(len(hostile_rows(agency, table)) for agency, table in TABLES)
    with duckdb.connect(str(hostile.warehouse), read_only=True) as connection:
        assert connection.execute(
            "select sum(rows_delivered), sum(rows_accepted + rows_rejected) from annex_checks_deliveries "
            "where agency <> 'totaal'"
        ).fetchone() == (delivered, delivered)


def load(pipeline: Pipeline) -> Result:
    """Run the loader, in this process; fail when it ends with a traceback."""
    step = CliRunner().invoke(load_extracts, env=pipeline.environment)
    assert step.exception is None or isinstance(step.exception, SystemExit)
    return step


def one_line(step: Result) -> str:
    """Return the one line in which the loader refuses, which is printable whatever stands in it."""
    assert step.exit_code == 1
    assert step.stderr.endswith("\n")
    line = step.stderr[:-1]
    assert line.isprintable()
    return line


NAMES = {
    "=1+1": "=1+1",
    "-rf": "-rf",
    "a\nRefused: agii": r"a\nRefused: agii",
    "a\r\x1b[2Jb": r"a\r\x1b[2Jb",
    "'; drop table x; --": "'; drop table x; --",
    '"$(id)"': '"$(id)"',
    "{{ 7 * 7 }}": "{{ 7 * 7 }}",
    "..agii": None,
    "x" * 200: "x" * 80 + "…",
    "a\u202eb": r"a\u202eb",
    "a\udcffb": r"a\udcffb",
    "85.07.30-033.28": "##.##.##-###.##",
    "85073003328": "###########",
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_hostile_folder_name_is_named_in_one_line(pipeline: Pipeline, name: str) -> None:
    write_deliveries(pipeline.extracts)
    (pipeline.extracts / name).mkdir()
    (pipeline.extracts / "agii" / name).mkdir()
    step = load(pipeline)
    if NAMES[name] is None:  # hidden, as every name with a dot before it
        assert step.exit_code == 0
        return
    assert step.exit_code == 1
    assert step.stderr.splitlines() == [
        f"Refused: {NAMES[name]}: no such agency; expected one of agii, amal, atlas",
        f"Refused: agii/{NAMES[name]}: not a folder named after a reference date; name it yyyy-mm-dd",
    ] or step.stderr.splitlines() == [
        f"Refused: agii/{NAMES[name]}: not a folder named after a reference date; name it yyyy-mm-dd",
        f"Refused: {NAMES[name]}: no such agency; expected one of agii, amal, atlas",
    ]
    assert all(line.isprintable() for line in step.stderr.splitlines())
    assert len(list(pipeline.landing.glob("agency=*/reference_date=*"))) == 3


@pytest.mark.parametrize("name", [name for name in NAMES if name != "..agii"], ids=ascii)
def test_an_extra_file_is_refused_by_its_name_and_not_looked_at(pipeline: Pipeline, name: str) -> None:
    write_deliveries(pipeline.extracts)
    for agency in HEADERS:
        (pipeline.extracts / agency / REFERENCE_DATE / f"{name}.csv").write_text("=1+1")
        (pipeline.extracts / agency / name).write_text("=1+1")
    (pipeline.extracts / name).write_text("=1+1")
    step = load(pipeline)
    assert step.exit_code == 1
    lines = step.stderr.splitlines()
    assert len(lines) == len(HEADERS)
    for agency, line in zip(sorted(HEADERS), lines, strict=True):
        assert line.startswith(f"Refused: {agency}/{REFERENCE_DATE}/{NAMES[name]}")
        assert "is no file of this delivery" in line
        assert line.isprintable()
        assert "85073003328" not in line
    assert not any("1+1" in str(path) for path in pipeline.landing.rglob("*"))


def test_an_extra_sheet_is_not_looked_at_whatever_its_name(pipeline: Pipeline) -> None:
    folder = write_delivery(pipeline.extracts, "atlas")
    workbook = load_workbook(folder / WORKBOOK)
    for title in ("=1+1", "'; drop table x; --", "{{ 7 }}", "..", "85.07.30-033.28"):
        workbook.create_sheet(title)["A1"] = "=1+1"
    workbook.save(folder / WORKBOOK)
    assert load(pipeline).exit_code == 0


def test_a_hostile_sheet_name_is_named_in_one_line(pipeline: Pipeline) -> None:
    folder = write_delivery(pipeline.extracts, "atlas")
    change_part("xl/workbook.xml", lambda part: part.replace(b'"Attesten"', b'"=1+1&#10;&#x202e;85073003328"'))(folder)
    line = one_line(load(pipeline))
    assert line == (
        f"Refused: atlas/{REFERENCE_DATE}/atlas.xlsx: sheet 'Attesten' is missing; "
        r"the workbook has Uitnodigingen, Contracten, =#+#\n\u202e###########"
    )


def test_a_hostile_column_name_is_named_in_one_line(pipeline: Pipeline) -> None:
    path = write_delivery(pipeline.extracts, "agii") / "contracten.csv"
    name = "=1+1\n\x1b[2J" + 100 * "x"
    path.write_bytes(path.read_bytes().replace(b"NIS_GEMEENTE", f'"{name}"'.encode()))
    line = one_line(load(pipeline))
    assert r"column 3 should be 'NIS_GEMEENTE' but is '=#+#\n\x1b[#J" in line
    assert len(line) < 300


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder beside the extracts with good deliveries that nobody delivered."""
    write_deliveries(tmp_path / "outside")
    return tmp_path / "outside"


def link_file(extracts: Path, outside: Path) -> None:
    path = extracts / "agii" / REFERENCE_DATE / "contracten.csv"
    path.unlink()
    path.symlink_to(outside / "agii" / REFERENCE_DATE / "contracten.csv")


def link_workbook(extracts: Path, outside: Path) -> None:
    path = extracts / "atlas" / REFERENCE_DATE / WORKBOOK
    path.unlink()
    path.symlink_to(os.path.relpath(outside / "atlas" / REFERENCE_DATE / WORKBOOK, path.parent))


def link_delivery(extracts: Path, outside: Path) -> None:
    (extracts / "agii" / "2023-01-31").symlink_to(outside / "agii" / REFERENCE_DATE)


def link_agency(extracts: Path, outside: Path) -> None:
    shutil.rmtree(extracts / "amal")
    (extracts / "amal").symlink_to(outside / "amal")


def link_unknown_agency(extracts: Path, outside: Path) -> None:
    (extracts / "kbi").symlink_to(outside)


def link_in_circles(extracts: Path, outside: Path) -> None:
    (extracts / "agii" / "2023-01-31").symlink_to(extracts)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (link_file, f"agii/{REFERENCE_DATE}/contracten.csv: missing (a link does not count); put the file into"),
        (link_workbook, f"atlas/{REFERENCE_DATE}/atlas.xlsx: missing (a link does not count); put the file into"),
        (link_delivery, "agii/2023-01-31: is a link, which is not followed; put the folder itself there"),
        (link_agency, "amal: is a link, which is not followed; put the folder itself there"),
        (link_unknown_agency, "kbi: no such agency; expected one of agii, amal, atlas"),
        (link_in_circles, "agii/2023-01-31: is a link, which is not followed; put the folder itself there"),
    ],
)
def test_a_link_that_leads_out_of_the_extracts_is_not_followed(
    pipeline: Pipeline, outside: Path, link: Callable[[Path, Path], None], message: str
) -> None:
    write_deliveries(pipeline.extracts)
    link(pipeline.extracts, outside)
    assert one_line(load(pipeline)).startswith(f"Refused: {message}")
    expected = {"agii", "atlas", "amal"} - ({message.split("/")[0].split(":")[0]} if "2023" not in message else set())
    assert {path.parent.name for path in pipeline.landing.glob("agency=*/reference_date=*")} == {
        f"agency={agency}" for agency in expected
    }


def test_links_to_nowhere_do_no_harm(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    (pipeline.extracts / "nergens").symlink_to(pipeline.folder / "nergens")
    (pipeline.extracts / "agii" / "2023-01-31").symlink_to(pipeline.folder / "nergens")
    assert load(pipeline).exit_code == 0


def test_a_link_to_another_file_is_refused_and_not_followed(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    (pipeline.extracts / "agii" / REFERENCE_DATE / "extra.csv").symlink_to("/etc/passwd")
    step = load(pipeline)
    assert step.exit_code == 1
    assert "extra.csv: is no file of this delivery" in step.stderr
    assert b"root:" not in b"".join(path.read_bytes() for path in pipeline.landing.rglob("*") if path.is_file())
