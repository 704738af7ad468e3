"""No person number of the extracts is in anything that the steps write or print, in whatever notation it came.

No assertion here shows a number: people are told apart by their place in `PEOPLE`.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from load_extracts import main as load_extracts
from support.bad_inputs import person_number
from support.handmade import (
    AFTER_THE_YEARS_OF_THE_QUESTION,
    DAY,
    HEADERS,
    REFERENCE_DATE,
    SEPARATOR,
    WORKBOOK,
    RowsToWrite,
    default_rows,
    header,
    write_csv,
    write_delivery,
    write_workbook,
)
from support.pipeline import Pipeline, refused, succeeded

VALID = [
    "85073003328",
    "17073003384",
    "85473003317",
    "01030212382",
    *(person_number(serial) for serial in range(9001, 9021)),
]
# A check number that is wrong, a digit too few and a digit too many: whoever that is, it is somebody.
INVALID = ["85073003329", "90123456780", "7712310012", "771231001234"]
PEOPLE = [*VALID, *INVALID]

DIGITS = re.compile(rb"[0-9](?:[ ./\-][ ]?|\xc2\xa0|\t)?(?:[0-9](?:[ ./\-][ ]?|\xc2\xa0|\t)?){7,}")


def notations(number: str) -> dict[str, object]:
    """Return a person number as people and programs write it."""
    if len(number) != 11:
        return {"digits": number}
    return {
        "digits": number,
        "register": f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}",
        "spaces": f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:9]} {number[9:]}",
        "blocks": f" {number[:6]} {number[6:9]} {number[9:]}\t",
        "dashes": f"{number[:6]}-{number[6:9]}-{number[9:]}",
        "slashes": f"{number[:2]}/{number[2:4]}/{number[4:6]}-{number[6:9]}/{number[9:]}",
        "number": int(number),
    }


def people_in(content: bytes) -> set[int]:
    """Return whose number is in these bytes, in whatever notation, leading zeros or not."""
    runs = b"|".join(re.sub(rb"[^0-9]", b"", run) for run in DIGITS.findall(content))
    return {index for index, number in enumerate(PEOPLE) if number.lstrip("0").encode() in runs}


def values_of_database(path: Path) -> bytes:
    """Return every value of every column of every table and view of a DuckDB file as text, once."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        columns = [
            values or []
            for schema, name in names
            for row in connection.execute(
                f'select list(distinct cast(columns(*) as varchar)) from "{schema}"."{name}"'
            ).fetchall()
            for values in row
        ]
    return rows_as_text(columns)


def rows_as_text(rows: Sequence[Sequence[object]]) -> bytes:
    return "\n".join(str(value) for row in rows for value in row).encode()


def values_of_zip(path: Path) -> bytes:
    """Return what is in every entry of a zip file, with and without the marks between the values."""
    with zipfile.ZipFile(path) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    return b"\n".join(content + b"\n" + re.sub(rb"<[^>]*>", b"\n", content) for content in contents)


def content_of(path: Path) -> bytes:
    """Return the bytes of a file and, where its values are packed, those values."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        return raw + rows_as_text(duckdb.connect().read_parquet(str(path)).fetchall())
    if raw[8:12] == b"DUCK":
        return raw + values_of_database(path)
    if zipfile.is_zipfile(path):
        return raw + values_of_zip(path)
    return raw


def leaks(folder: Path, without: Path) -> list[str]:
    """Return each file under a folder that has somebody's number in its name or content, and whose place that is."""
    return [
        f"{path.suffix} file number {number}: people {sorted(found)}"
        for number, path in enumerate(sorted(folder.rglob("*")))
        if without not in path.parents and path != without and path.is_file()
        if (found := people_in(str(path.relative_to(folder)).encode() + b"\n" + content_of(path)))
    ]


@dataclass
class Traces:
    """A pipeline after all its steps, and everything that they printed."""

    pipeline: Pipeline
    printed: list[str] = field(default_factory=list)

    def refused_load(self) -> None:
        """Run the loader, in this process since there are many of these, and note how it refuses."""
        step = CliRunner().invoke(load_extracts, env=self.pipeline.environment)
        assert step.exit_code == 1
        assert isinstance(step.exception, SystemExit)
        self.printed.append(step.output)

    def note(self, step: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        self.printed.append(step.stdout + step.stderr)
        return step


def rows_about(agency: str, table: str, numbers: list[object]) -> list[list[object]]:
    """Return a good row about each person number."""
    good = default_rows(agency, table)[0]
    key = 0 if len(HEADERS[agency][table]) == 4 else 7
    rows = []
    for serial, number in enumerate(numbers):
        row = [f"D{serial}", number, *good[2:]]
        row[key] = f"K{serial}"
        rows.append(row)
    return rows


def odd_rows(agency: str, table: str) -> list[list[object]]:
    """Return rows of people that are set aside or odd, some with the number in a column where it does not belong."""
    good = default_rows(agency, table)[0]
    last = len(good) - 1
    day = 7 if len(HEADERS[agency][table]) == 4 else 9
    rows = [[f"O{place}", *good[1:]] for place in range(2 * len(good) + 6)]
    for place, row in enumerate(rows):
        number = VALID[place % len(VALID)]
        ways = list(notations(number).values())
        row[1] = ways[place % 6]
        if day == 9:
            row[7] = f"O{place}"
        if place < len(good):  # it slipped to each column in turn, in one notation or another
            row[place] = str(ways[place % 6])
        elif place < 2 * len(good):  # or it stands in a text
            row[place - len(good)] = f"zie dossier 12 van {ways[place % 6]}, eerste aanvraag"
        elif place == 2 * len(good):
            row[day] = ""
        elif place == 2 * len(good) + 1:
            row[day] = f"{DAY[agency]} ?"
        elif place == 2 * len(good) + 2:
            row[3] = "QQ"
        elif place == 2 * len(good) + 3:
            row[last] = "niet gekend"
        if day == 9 and row[8] != good[8] and row[day] == good[day]:
            # An unknown type within the years of the question would keep the annex from being written.
            row[day] = AFTER_THE_YEARS_OF_THE_QUESTION[agency]
    return [*rows, rows[-1], [*rows[-2][:3], "QQ", *rows[-2][4:]]]


def broken_lines(agency: str) -> list[str]:
    """Return lines of a CSV file that cannot be cut into columns, with people in them."""
    separator = SEPARATOR[agency]
    first, second, third, fourth = VALID[:4]
    return [
        separator.join(["B1", first]),
        separator.join(["B2", second, *["x"] * 12]),
        separator.join(["B3", f'"{third}', *["x"] * 8]),
        separator.join(["B4", fourth, "x" * 40_000 + str(notations(fourth)["register"]), *["x"] * 7]),
    ]


def write_extracts(extracts: Path) -> None:
    """Write deliveries of all agencies with everybody in every notation that a dialect can have."""
    for agency, tables in HEADERS.items():
        folder = write_delivery(extracts, agency)
        sheets: dict[str, list[list[Any]]] = {}
        for table in tables:
            everybody: list[object] = [way for number in PEOPLE for way in notations(number).values()]
            rows = [
                *rows_about(agency, table, [*everybody, *[""] * 300]),
                *odd_rows(agency, table),
            ]
            sheets[table] = [list(header(agency, table)), *rows]
            if agency != "atlas":
                write_csv(folder / table, agency, sheets[table])
                with (folder / table).open("a") as file:
                    file.write("\r\n".join([*broken_lines(agency), *rows_as_lines(agency, table)]))
        if agency == "atlas":
            sheets["Contracten"].append([*sheets["Contracten"][-1], "te veel", notations(VALID[0])["register"]])
            write_workbook(folder / WORKBOOK, sheets)


def rows_as_lines(agency: str, table: str) -> list[str]:
    row = rows_about(agency, table, [VALID[0]])[0]
    row[0] = "after the broken lines"
    return [SEPARATOR[agency].join(map(str, row)), ""]


def refuse_deliveries(traces: Traces) -> None:
    """Load deliveries that are refused because of what stands beside a person number, each with another message."""
    pipeline, number = traces.pipeline, VALID[0]
    ways = notations(number)
    contracts = pipeline.extracts / "agii" / REFERENCE_DATE / "contracten.csv"
    atlas = pipeline.extracts / "atlas" / REFERENCE_DATE / WORKBOOK
    good = contracts.read_bytes()
    for content in (
        good.split(b"\r\n", 1)[1],  # no header, with another separator, in another order, with numbers for columns
        good.split(b"\r\n", 1)[1].replace(b";", b","),
        b"\r\n".join(line.split(b";", 1)[-1] for line in good.split(b"\r\n")[1:]),
        good.replace(b"INSZ", number.encode(), 1),
        good.replace(b"DATUM_ONDERTEKENING", b"DATUM_ONDERTEKENING;" + str(ways["register"]).encode(), 1),
        good + f"D;{number};\xcf\r\n".encode("latin-1"),
        good + f"D;{number};Ã¯\r\n".encode(),
        good + f"D;{number}\r\n".encode() * 100,
        good + f'"{number};\r\n'.encode() * 100,
    ):
        contracts.write_bytes(content)
        traces.refused_load()
    contracts.write_bytes(good)
    workbook = atlas.read_bytes()
    rows: RowsToWrite = [header("atlas", "Contracten"), *default_rows("atlas", "Contracten")]
    for sheets in (
        {str(ways["register"]): rows},
        {"Uitnodigingen": rows_about("atlas", "Uitnodigingen", list(ways.values()))},
        {"Uitnodigingen": [[int(VALID[3]), *header("atlas", "Uitnodigingen")[1:]]]},
    ):
        write_workbook(atlas, sheets)
        traces.refused_load()
    atlas.write_bytes(workbook)
    for folder in (pipeline.extracts / number, pipeline.extracts / "agii" / str(ways["register"])):
        folder.mkdir()
        traces.refused_load()
        folder.rmdir()


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """Return what all steps left behind, after refusals, a build that failed and one that did not."""
    traces = Traces(Pipeline(tmp_path_factory.mktemp("private")))
    pipeline = traces.pipeline
    write_extracts(pipeline.extracts)
    refused(traces.note(Pipeline(pipeline.folder, key=None).load()))
    succeeded(traces.note(pipeline.load()))
    refuse_deliveries(traces)
    succeeded(traces.note(pipeline.dbt("--write-json", "build")))
    succeeded(traces.note(pipeline.dbt("--write-json", "docs", "generate", "--static")))
    succeeded(traces.note(pipeline.export("--output", pipeline.folder / "annex.xlsx")))
    succeeded(traces.note(pipeline.script("report_rejects", "--output-folder", pipeline.folder / "feedback")))
    red = traces.note(
        pipeline.dbt("--write-json", "build", "--vars", "{first_possible_day: drie}", "--select", "int_events")
    )
    assert red.returncode != 0
    return traces


def test_the_search_finds_a_number_in_every_notation_and_packing(tmp_path: Path) -> None:
    """Everything below proves something only if this does."""
    for index, number in enumerate(PEOPLE):
        for name, way in notations(number).items():
            text = f"code {way}, 2023-01-31 {index}"
            assert index in people_in(text.encode()), (index, name)
    way = notations(VALID[1])["register"]
    (tmp_path / "plain.log").write_text(f"x{way}x")
    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb.building"))
    connection.execute("create table t as select 'row ' || i as a, ? as b from range(3000) as r(i)", [way])
    connection.close()
    parquet = tmp_path / "a.parquet"
    duckdb.execute(f"copy (select '{way}' as a from range(3000)) to '{parquet}' (compression zstd)")
    workbook = Workbook()
    workbook.active["B2"] = way
    workbook.save(tmp_path / "a.xlsx")
    found = leaks(tmp_path, tmp_path / "extracts")
    assert len(found) == 4
    assert all("people [1]" in leak for leak in found)
    assert people_in(b"code 354, 2023-01-31, 11002, 9 8 7 and version 12") == set()


def test_the_extracts_have_every_number_so_there_is_something_to_find(traces: Traces) -> None:
    for agency in HEADERS:
        found = b"".join(content_of(path) for path in (traces.pipeline.extracts / agency).rglob("*") if path.is_file())
        assert people_in(found) == set(range(len(PEOPLE))), agency


def test_the_rows_were_refused_broken_rejected_and_odd(traces: Traces) -> None:
    with duckdb.connect(str(traces.pipeline.warehouse), read_only=True) as connection:
        reasons = connection.execute("select distinct rejection_reason from int_rejected_rows").fetchall()
        warnings = connection.execute("select distinct warning from int_event_warnings").fetchall()
    assert {
        "too_few_fields",
        "too_many_fields",
        "unclosed_quote",
        "value_too_long",
        "missing_event_date",
        "unreadable_event_date",
        "duplicate",
        "superseded",
    } <= {reason for (reason,) in reasons}
    assert {"invalid_person_number", "unknown_nationality", "unknown_nis_code", "unusable_letter_date"} <= {
        warning for (warning,) in warnings
    }


def test_no_number_is_in_anything_that_was_written(traces: Traces) -> None:
    folder = traces.pipeline.folder
    for name in (
        "landing",
        "logs",
        "target",
        "feedback",
        "annex.xlsx",
        "warehouse.duckdb",
        "warehouse.duckdb.building",
        "target/static_index.html",
    ):
        assert (folder / name).exists(), name
    found = leaks(folder, traces.pipeline.extracts)
    assert found == []


def test_no_number_is_in_anything_that_was_printed(traces: Traces) -> None:
    assert len(traces.printed) == 21
    found = [index for index, text in enumerate(traces.printed) if people_in(text.encode())]
    assert found == []


def test_a_number_that_slipped_a_column_comes_back_as_the_same_person(traces: Traces) -> None:
    """The feedback says that somebody's number stands where a code belongs, and not whose."""
    with duckdb.connect(str(traces.pipeline.warehouse), read_only=True) as connection:
        values = connection.execute(
            "select delivered_value from feedback_rows where delivered_value like '%persoon %'"
        ).fetchall()
    assert len(values) > 50
    assert all(re.search("persoon [0-9a-f]{16}", value) for (value,) in values)


def test_the_search_leaves_a_copy_with_a_planted_number_no_chance(traces: Traces, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        connection.execute(f"attach '{traces.pipeline.warehouse}' as built (read_only)")
        for table in ("fct_contracts", "fct_attests", "int_event_warnings"):
            connection.execute(f"create table {table} as from built.{table}")
        connection.execute("update fct_contracts set dossier_number = ? where row_number = 2", [VALID[2]])
    assert leaks(tmp_path, traces.pipeline.extracts) == [".duckdb file number 0: people [2]"]
