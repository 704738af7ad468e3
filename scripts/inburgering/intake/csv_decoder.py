"""Decode a CSV extract in the dialect its contract declares.

Two readers share the work. A line that is plainly a row (the declared number of values, each without quotes or quoted
from separator to separator, nothing doubtful in it) goes to the compiled reader, together with its neighbours. Every
other line goes to the careful reader, which decides what is a row, what is broken and what refuses the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import polars as pl

from inburgering.intake.decoding import (
    LONGEST_VALUE,
    WRONGLY_DECODED,
    BrokenRow,
    DecodedTable,
    RefusedFileError,
    batch_of,
    check_header,
    check_text,
)
from inburgering.intake.extract_contract import AgencyContract, TableContract

# What is read at once, some eighty thousand rows; they are one batch.
BLOCK_BYTES = 8_000_000

# To start the compiled reader takes as long as to read so many lines carefully.
SHORTEST_PLAIN_RUN = 100

# The csv module gives up on longer fields; those are told apart by LONGEST_VALUE.
csv.field_size_limit(2**31 - 1)

# A quoted value may hold line breaks; one that runs over more lines than this was never closed.
LONGEST_VALUE_LINES = 20

OTHER_FORMATS = {
    b"PK\x03\x04": "a workbook or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


def check_csv_file(path: Path, file_name: str) -> None:
    """Raise RefusedFileError when the file begins like one of another format."""
    with path.open("rb") as file:
        start = file.read(8)
    for signature, name in OTHER_FORMATS.items():
        if start.startswith(signature):
            raise RefusedFileError(f"{file_name}: is {name}, not a CSV file; export it as CSV")


def decode_csv(path: Path, agency: AgencyContract, table: TableContract) -> DecodedTable:
    """Return the rows of a CSV file; row numbers are the line on which a row starts.

    While the rows are read, raises RefusedFileError for another header and for bytes outside the declared encoding.
    """
    decoded = DecodedTable()
    decoded.batches = _batches(path, agency, table, decoded)
    return decoded


def _batches(path: Path, agency: AgencyContract, table: TableContract, decoded: DecodedTable) -> Iterator[pl.DataFrame]:
    reader = _BlockReader(agency, table, decoded.broken_rows)
    rest = b""
    for block in _blocks(path, agency, table, decoded):
        rows, rest = reader.read(rest + block, is_last=False)
        yield rows
    rows, _ = reader.read(rest, is_last=True)
    yield rows
    if not reader.found_header:
        check_header(table.place, table.columns, [])


def _blocks(path: Path, agency: AgencyContract, table: TableContract, decoded: DecodedTable) -> Iterator[bytes]:
    """Yield the file in blocks of whole lines, as UTF-8; a byte order mark may be there where UTF-8 was declared."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if agency.encoding != "utf-8" or file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while block := file.read(BLOCK_BYTES) + file.readline():
            decoded.share_read = file.tell() / size
            yield block if block.isascii() else _as_utf8(block, path, agency, table)


def _as_utf8(block: bytes, path: Path, agency: AgencyContract, table: TableContract) -> bytes:
    try:
        text = block.decode(agency.encoding)
    except UnicodeDecodeError:
        line = _first_undecodable_line(path, agency.encoding)
        raise RefusedFileError(
            f"{table.place}, line {line}: bytes that are not {agency.encoding}; save the file as {agency.encoding}"
        ) from None
    return block if agency.encoding == "utf-8" else text.encode()


def _first_undecodable_line(path: Path, encoding: str) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 0


class _PlainUntil:
    """Knows, for every line of a block, which doubtful line comes next."""

    def __init__(self, doubtful: list[int], end: int) -> None:
        self._doubtful = doubtful
        self._end = end

    def __getitem__(self, line: int) -> int:
        place = bisect_left(self._doubtful, line)
        return self._doubtful[place] if place < len(self._doubtful) else self._end

    def is_worth_it(self, line: int) -> bool:
        """Return whether enough plain lines follow for the compiled reader to be quicker than the careful one."""
        return self[line] == self._end or self[line] - line >= SHORTEST_PLAIN_RUN


class _BlockReader:
    """Reads the blocks of one file in their order; it knows which line comes next and whether it found the header."""

    def __init__(self, agency: AgencyContract, table: TableContract, broken_rows: list[BrokenRow]) -> None:
        self._agency = agency
        self._table = table
        self._broken_rows = broken_rows
        self._next_number = 1
        self.found_header = False
        separator, quote = re.escape(agency.separator), re.escape(agency.quote)
        value = rf"(?:{quote}[^{quote}\r]*{quote}|[^{quote}{separator}\r]*)"
        self._plain_line = f"^{value}(?:{separator}{value}){{{len(table.columns) - 1}}}$"

    def read(self, block: bytes, *, is_last: bool) -> tuple[pl.DataFrame, bytes]:
        """Return the rows of a block of lines, and its last lines if only the next block shows what they are."""
        doubtful = self._doubtful_lines(block)
        starts = [0]
        if doubtful:
            starts += [line_end.end() for line_end in re.finditer(b"\n", block)]
        if starts[-1] < len(block):
            starts.append(len(block))
        end = len(starts) - 1
        undecided = end if is_last else max(0, end - LONGEST_VALUE_LINES + 1)
        plain_until = _PlainUntil(doubtful, end)
        batches = [batch_of([], dict.fromkeys(self._table.columns, ()))]
        line = 0
        while True:
            if plain_until.is_worth_it(line):
                batches.append(self._read_plain_lines(block[starts[line] : starts[plain_until[line]]]))
                line = plain_until[line]
            if line >= undecided:
                break
            rows, line = self._read_carefully(block, starts, line, plain_until, undecided)
            batches.append(rows)
        return pl.concat(batches), block[starts[line] :]

    def _doubtful_lines(self, block: bytes) -> list[int]:
        """Return which lines are not plainly rows; until the header was found, the first is one of them."""
        if b"\0" in block:
            return list(range(block.count(b"\n") + 1))
        lines = pl.col("line")
        is_plain = lines.str.contains(self._plain_line) & (lines.str.len_bytes() <= LONGEST_VALUE)
        if not block.isascii():
            is_plain &= ~lines.str.contains(WRONGLY_DECODED.pattern)
        read = _read_csv(("line",), block, separator="\0", quote=None)
        doubtful = read.select((~is_plain).arg_true()).to_series().to_list()
        return doubtful if self.found_header else sorted({0, *doubtful})

    def _read_plain_lines(self, lines: bytes) -> pl.DataFrame:
        rows = _read_csv(self._table.columns, lines, self._agency.separator, self._agency.quote)
        numbers = pl.int_range(self._next_number, self._next_number + rows.height, dtype=pl.Int64, eager=True)
        self._next_number += rows.height
        return rows.insert_column(0, numbers.alias("row_number"))

    def _read_carefully(
        self, block: bytes, starts: list[int], line: int, plain_until: _PlainUntil, undecided: int
    ) -> tuple[pl.DataFrame, int]:
        """Read from a line on until plain lines follow or an undecided one; return the rows and that line."""
        lines = _Lines(_text_lines(block, starts[line], self._next_number, self._table.place), self._next_number)
        numbers: list[int] = []
        rows: list[list[str]] = []
        for values in _records(lines, self._agency, len(self._table.columns)):
            if self._is_row(values, lines.next_number):
                numbers.append(lines.next_number)
                rows.append(values)
            line += sum(text.endswith("\n") for text in lines.taken)
            at_start = lines.taken[-1].endswith("\n")
            if at_start and self.found_header and (line >= undecided or plain_until.is_worth_it(line)):
                break
        else:
            line = len(starts) - 1
        self._next_number = lines.next_number + len(lines.taken)
        texts = {name: [row[place] for row in rows] for place, name in enumerate(self._table.columns)}
        return batch_of(numbers, texts), line

    def _is_row(self, values: list[str] | None, number: int) -> TypeGuard[list[str]]:
        """Return whether a record is a row of the table; it may be the header, an empty line or broken."""
        width = len(self._table.columns)
        if values == []:
            return False
        if not self.found_header:
            if values is None:
                raise RefusedFileError(
                    f"{self._table.place}: the header has a quote that is not closed; deliver the contract's header"
                )
            check_header(self._table.place, self._table.columns, values)
            self.found_header = True
            return False
        if values is None:
            reason = "unclosed_quote"
        elif len(values) != width:
            reason = "too_few_fields" if len(values) < width else "too_many_fields"
        elif max(map(len, values)) > LONGEST_VALUE:
            reason = "value_too_long"
        else:
            return True
        self._broken_rows.append(BrokenRow(number, reason))
        return False


def _read_csv(columns: tuple[str, ...], lines: bytes, separator: str, quote: str | None) -> pl.DataFrame:
    """Return lines that all have as many values as there are columns as text.

    They are read behind a header, so that no first line is taken for a byte order mark or a sign of another format.
    """
    header = separator.join(columns).encode() + b"\n"
    return pl.read_csv(
        header + lines, separator=separator, quote_char=quote, infer_schema=False, empty_string_is_null=False
    )


def _text_lines(block: bytes, start: int, number: int, place: str) -> Iterator[str]:
    """Yield the lines of a block from `start` on, the first of which has that number; carriage returns end them too."""
    while start < len(block):
        end = block.find(b"\n", start) + 1 or len(block)
        for line in io.StringIO(block[start:end].decode(), newline=""):
            check_text(f"{place}, line {number}", line)
            yield line
            number += 1
        start = end


class _Lines:
    """Lines that can be given back, and that remember what the current record took."""

    def __init__(self, lines: Iterator[str], first_number: int) -> None:
        self._lines = lines
        self._returned: list[str] = []
        self.taken: list[str] = []
        self.next_number = first_number

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_VALUE_LINES:
            raise StopIteration
        line = self._returned.pop() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def start_record(self) -> None:
        self.next_number += len(self.taken)
        self.taken = []

    def keep_only_first(self) -> None:
        self._returned.extend(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(source: _Lines, agency: AgencyContract, width: int) -> Iterator[list[str] | None]:
    """Yield the values of each record; None for a line whose quotes cannot be read, and only that line.

    A quote that is not closed swallows the lines after it. So a record over several lines is believed only when it
    has the declared number of values, none of which may be the end of a row and the start of another; else its first
    line alone is given up and reading goes on with the second.
    """
    while True:
        reader = csv.reader(source, delimiter=agency.separator, quotechar=agency.quote, strict=True)
        try:
            for values in reader:
                if len(source.taken) > 1 and (len(values) != width or _is_melted(values, agency.separator)):
                    source.keep_only_first()
                    yield None
                else:
                    yield values
                source.start_record()
            return
        except csv.Error:
            source.keep_only_first()
            yield None
            source.start_record()


def _is_melted(values: list[str], separator: str) -> bool:
    """Return whether a value holds separators and a line break: two stray quotes make one value of two rows."""
    return any(separator in value and ("\n" in value or "\r" in value) for value in values)
