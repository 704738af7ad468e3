"""Decode a CSV extract in the dialect its contract declares."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from inburgering.decoding import (
    BATCH_ROWS,
    LONGEST_VALUE,
    BrokenRow,
    DecodedTable,
    RefusedFileError,
    check_header,
    check_text,
)
from inburgering.extract_contract import AgencyContract, TableContract

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

# A byte order mark is allowed where the encoding has one.
PYTHON_CODEC = {"utf-8": "utf-8-sig"}


def check_csv_file(path: Path, file_name: str) -> None:
    """Raise RefusedFileError when the file begins like one of another format."""
    with path.open("rb") as file:
        start = file.read(8)
    for signature, name in OTHER_FORMATS.items():
        if start.startswith(signature):
            raise RefusedFileError(f"{file_name}: is {name}, not a CSV file; export it as CSV")


def decode_csv(path: Path, agency: AgencyContract, table: TableContract) -> DecodedTable:
    """Open a CSV file, check its header and return its rows; row numbers are the line on which a row starts.

    Raises RefusedFileError for another header and, while the rows are read, for bytes outside the declared encoding.
    """
    lines = _text_lines(path, agency, table)
    records = _records(lines, agency, len(table.columns))
    _, header = next(records, (1, []))
    if header is None:
        raise RefusedFileError(
            f"{table.place}: the header has a quote that is not closed; deliver the contract's header"
        )
    check_header(table.place, table.columns, header)
    decoded = DecodedTable(batches=iter(()))
    decoded.batches = _batches(records, len(table.columns), decoded.broken_rows)
    return decoded


def _text_lines(path: Path, agency: AgencyContract, table: TableContract) -> Iterator[str]:
    codec = PYTHON_CODEC.get(agency.encoding, agency.encoding)
    try:
        with path.open(encoding=codec, newline="") as file:
            for number, line in enumerate(file, start=1):
                if not line.isascii() or "\0" in line:
                    check_text(f"{table.place}, line {number}", line)
                yield line
    except UnicodeDecodeError:
        line = _first_undecodable_line(path, codec)
        raise RefusedFileError(
            f"{table.place}, line {line}: bytes that are not {agency.encoding}; save the file as {agency.encoding}"
        ) from None


def _first_undecodable_line(path: Path, codec: str) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                return number
    return 0


class _Lines:
    """Lines that can be given back, and that remember what the current record took."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: list[str] = []
        self.taken: list[str] = []
        self.next_number = 1

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


def _records(lines: Iterator[str], agency: AgencyContract, width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Yield (line number, values) per record; None for a line whose quotes cannot be read, and only that line.

    A quote that is not closed swallows the lines after it. So a record over several lines is believed only when it
    has the declared number of values; else its first line alone is given up and reading goes on with the second.
    """
    source = _Lines(lines)
    while True:
        reader = csv.reader(source, delimiter=agency.separator, quotechar=agency.quote, strict=True)
        try:
            for values in reader:
                if len(source.taken) > 1 and len(values) != width:
                    source.keep_only_first()
                    yield source.next_number, None
                elif values:
                    yield source.next_number, values
                source.start_record()
            return
        except csv.Error:
            source.keep_only_first()
            yield source.next_number, None
            source.start_record()


def _batches(
    records: Iterator[tuple[int, list[str] | None]], width: int, broken_rows: list[BrokenRow]
) -> Iterator[list[tuple[int, list[str | None]]]]:
    batch: list[tuple[int, list[str | None]]] = []
    for number, values in records:
        if values is None:
            broken_rows.append(BrokenRow(number, "unclosed_quote"))
        elif len(values) == width and max(map(len, values)) > LONGEST_VALUE:
            broken_rows.append(BrokenRow(number, "value_too_long"))
        elif len(values) != width:
            broken_rows.append(BrokenRow(number, "too_few_fields" if len(values) < width else "too_many_fields"))
        else:
            batch.append((number, values))
            if len(batch) == BATCH_ROWS:
                yield batch
                batch = []
    if batch:
        yield batch
