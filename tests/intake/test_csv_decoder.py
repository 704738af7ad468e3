"""The compiled reader and the careful reader of CSV files agree, on clean files and on files with every trap there is.

What the careful reader makes of a file is tested in `test_load_extracts` and `test_bad_inputs`; here it is the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inburgering.intake import csv_decoder
from inburgering.intake.decoding import BrokenRow, RefusedFileError
from support.bad_inputs import CONTRACTS
from support.handmade import ENCODING, SEPARATOR

TABLE = {agency: CONTRACTS[agency].tables[1] for agency in ("agii", "amal")}
WIDTH = 10
# As long as the lines of most rows: a line that is longer than a value may be is always read carefully.
LONGEST_VALUE = 400
# So small that a file has many blocks, and a value over several lines begins in one and ends in another.
SMALL_BLOCK_BYTES = 300

PLAIN_VALUES = st.sampled_from(
    ["", " ", "D1", "85073003328", "student EU+", "05/05/2023", " x\t", "é", "NULL", "x" * 30]
)
# Each of these means something to one reader of CSV files or another.
TRAPS = ['"', '""', ";", ",", "\n", "\r", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\\", "#", "x\x01", "x^", "😀"]
REFUSED_TEXTS = ["\0", "\ufeff", "\ufffd", "Ã¯", "â€", "ï»¿"]


def quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def lines(separator: str) -> st.SearchStrategy[str]:
    """Return lines of a file without their ends: mostly rows, plain or quoted, and all that can be wrong with a row."""
    plain = st.lists(PLAIN_VALUES, min_size=WIDTH, max_size=WIDTH)
    cells = st.lists(st.sampled_from(["a", "é", "x" * LONGEST_VALUE, *TRAPS]), max_size=4).map("".join)
    dirty = st.lists(
        st.one_of(PLAIN_VALUES, PLAIN_VALUES, cells, cells.map(quoted)), min_size=WIDTH - 1, max_size=WIDTH + 1
    )
    quoted_plain = plain.map(lambda values: [quoted(value) for value in values])
    in_several_lines = cells.map(lambda text: quoted(f"a\n{text}\nb"))
    one_cell = st.tuples(plain, st.integers(0, WIDTH - 1), st.one_of(cells, cells.map(quoted), in_several_lines))
    one_dirty = one_cell.map(lambda row: [*row[0][: row[1]], row[2], *row[0][row[1] + 1 :]])
    rows = st.one_of(plain, quoted_plain, one_dirty, one_dirty, dirty).map(separator.join)
    return st.one_of(rows, rows, rows, rows, cells)


@st.composite
def files(draw: st.DrawFn, agency: str) -> bytes:
    """Return the bytes of a file: a header, which is nearly always good, and lines."""
    separator = SEPARATOR[agency]
    columns = TABLE[agency].columns
    good = separator.join(columns)
    headers = [good] * 20 + [separator.join(map(quoted, columns)), f"\n{good}", f'"{good}', good[1:], ""]
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    text = draw(st.sampled_from(headers)) + line_end
    for line in draw(st.lists(lines(separator), max_size=60)):
        text += line + draw(st.sampled_from([line_end] * 10 + ["\n", "\r\n", "\r", "\r\r\n", ""]))
    text += draw(st.sampled_from([""] * 20 + REFUSED_TEXTS))
    byte_order_mark = draw(st.sampled_from([b""] * 9 + [b"\xef\xbb\xbf"]))
    return byte_order_mark + text.encode(ENCODING[agency], errors="ignore")


def decode(path: Path, agency: str) -> tuple[list[tuple], list[BrokenRow]] | str:
    """Return the rows of a file and its broken rows, or the message with which it is refused."""
    rows: list[tuple] = []
    decoded = csv_decoder.decode_csv(path, CONTRACTS[agency], TABLE[agency])
    try:
        for batch in decoded.batches:
            assert batch.columns == ["row_number", *TABLE[agency].columns]
            rows += batch.rows()
    except RefusedFileError as refused:
        return str(refused)
    return rows, decoded.broken_rows


def doubt_every_line(_: object, block: bytes) -> list[int]:
    return list(range(block.count(b"\n") + (not block.endswith(b"\n"))))


@pytest.mark.parametrize("agency", ["agii", "amal"])
@settings(max_examples=300)
@given(data=st.data())
def test_both_readers_read_the_same(agency: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"{agency}.csv"
    path.write_bytes(data.draw(files(agency)))
    with mock.patch.object(csv_decoder, "LONGEST_VALUE", LONGEST_VALUE):
        with mock.patch.object(csv_decoder._BlockReader, "_doubtful_lines", doubt_every_line):
            expected = decode(path, agency)
        assert decode(path, agency) == expected
        with mock.patch.object(csv_decoder, "BLOCK_BYTES", SMALL_BLOCK_BYTES):
            assert decode(path, agency) == expected


def careful_lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list in which every line comes that the careful reader looks at."""
    seen: list[str] = []
    text_lines: Callable[..., Iterator[str]] = csv_decoder._text_lines

    def watched(*arguments: object) -> Iterator[str]:
        for line in text_lines(*arguments):
            seen.append(line)
            yield line

    monkeypatch.setattr(csv_decoder, "_text_lines", watched)
    return seen


def test_only_the_header_and_doubtful_lines_are_read_carefully(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else the two readers would agree because one of them has nothing to do."""
    row = ["D1", "85073003328", "", "354", "1", "PLICHT", "student EU+", "C1", "TT_IBVP", "05/05/2023"]
    good = [";".join(row), ";".join(map(quoted, row)), ";".join([*row[:6], '"a;b"', *row[7:]]), ";" * 9] * 100
    several_lines = ";".join([*row[:6], '"twee\r\nregels"', *row[7:]])
    doubtful = [*several_lines.split("\r\n"), "te;weinig", ";".join([*row[:6], '"open', *row[7:]]), ""]
    header = ";".join(TABLE["agii"].columns)
    path = tmp_path / "contracten.csv"
    path.write_text("\r\n".join([header, *good, *doubtful, *good]), encoding="utf-8-sig", newline="")
    seen = careful_lines(monkeypatch)
    decoded = decode(path, "agii")
    assert not isinstance(decoded, str)
    rows, broken_rows = decoded
    assert [number for number, *_ in rows] == [*range(2, 403), *range(407, 807)]
    assert rows[2] == (4, *row[:6], "a;b", *row[7:])
    assert rows[400] == (402, *row[:6], "twee\r\nregels", *row[7:])
    assert broken_rows == [BrokenRow(404, "too_few_fields"), BrokenRow(405, "unclosed_quote")]
    # A quote that is not closed makes it look ahead.
    assert len(seen) < 1 + len(doubtful) + csv_decoder.LONGEST_VALUE_LINES


def test_values_over_several_lines_may_lie_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_decoder, "BLOCK_BYTES", SMALL_BLOCK_BYTES)
    row = ["D1", "", "", "354", "1", "PLICHT", "een\ntwee\n\nvier", "C1", "TT_IBVP", "05/05/2023"]
    path = tmp_path / "contracten.csv"
    path.write_text("\n".join([";".join(TABLE["agii"].columns), *[";".join(map(quoted, row))] * 100]))
    assert decode(path, "agii") == ([(2 + 4 * place, *row) for place in range(100)], [])


@pytest.mark.parametrize("place", range(WIDTH))
@pytest.mark.parametrize("lines_between", [0, 1])
def test_two_stray_quotes_never_melt_two_rows_into_one(tmp_path: Path, place: int, lines_between: int) -> None:
    """A quote in the same column of two rows gives a record of the right width: of two persons."""
    rows = [[f"{name}{column}" for column in range(WIDTH)] for name in "abcdef"]
    second = 2 + lines_between
    rows[1][place] = f'"{rows[1][place]}'
    rows[second][place] += '"'
    path = tmp_path / "contracten.csv"
    path.write_text("\n".join(";".join(row) for row in [TABLE["agii"].columns, *rows]))
    assert decode(path, "agii") == (
        [(number, *row) for number, row in enumerate(rows, start=2) if number != 3],
        [BrokenRow(3, "unclosed_quote")],
    )


def test_a_value_may_have_separators_or_line_breaks(tmp_path: Path) -> None:
    row = ["a;b", "c\nd", *["x"] * (WIDTH - 2)]
    path = tmp_path / "contracten.csv"
    path.write_text("\n".join([";".join(TABLE["agii"].columns), ";".join(map(quoted, row))]))
    assert decode(path, "agii") == ([(2, *row)], [])


ROW = ["D1", "", "", "354", "1", "PLICHT", "student EU+", "C1", "TT_IBVP", "05/05/2023"]
ODD_LINES = {
    "an empty line": "",
    "five empty lines": "\n" * 4,
    "too few values": "a;b",
    "an open quote": '"' + ";".join(ROW),
    "a quote closed too early": '"a"b' + ";".join(ROW),
    "a doubled quote": ";".join(['"a""b"', *ROW[1:]]),
    "a value over lines": ";".join(['"a\n\n\nb"', *ROW[1:]]),
    "a value over too many lines": ";".join(['"a' + "\n" * 25 + 'b"', *ROW[1:]]),
    "two stray quotes": ";".join(['"a' + "\n" * 15 + ';b"', *ROW[1:]]),
    "a carriage return": ";".join(['"a\rb"', *ROW[1:]]),
}


@pytest.mark.parametrize("rows_between", [0, 1, 2, 30, 99, 101])
@pytest.mark.parametrize("odd", ODD_LINES)
def test_the_work_grows_with_the_lines_whatever_these_are(
    odd: str, rows_between: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting the compiled reader is dear, so it starts for many lines only; no line is looked at without end."""
    compiled, careful = [], []
    read_csv, next_line = csv_decoder._read_csv, csv_decoder._Lines.__next__

    def watched_compiled(*arguments: Any, **named: Any) -> pl.DataFrame:
        compiled.append(1)
        return read_csv(*arguments, **named)

    def watched_careful(lines: csv_decoder._Lines) -> str:
        careful.append(1)
        return next_line(lines)

    monkeypatch.setattr(csv_decoder, "_read_csv", watched_compiled)
    monkeypatch.setattr(csv_decoder._Lines, "__next__", watched_careful)
    monkeypatch.setattr(csv_decoder, "BLOCK_BYTES", 20_000)
    part = [*[";".join(ROW)] * rows_between, ODD_LINES[odd]]
    lines = [";".join(TABLE["agii"].columns), *part * max(1, 2000 // len(part))]
    path = tmp_path / "contracten.csv"
    path.write_text("\n".join(lines))
    decode(path, "agii")
    size, number = path.stat().st_size, path.read_text().count("\n") + 1
    blocks = 2 + size // csv_decoder.BLOCK_BYTES
    assert sum(careful) <= (csv_decoder.LONGEST_VALUE_LINES + 2) * (number + blocks * csv_decoder.LONGEST_VALUE_LINES)
    assert sum(compiled) <= 2 * blocks + number // csv_decoder.SHORTEST_PLAIN_RUN
