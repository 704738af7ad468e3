"""Look at a workbook as the zip file it is, before a reader is let loose on it."""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.compute as pc

from inburgering.intake.decoding import RefusedFileError, shown
from inburgering.intake.extract_contract import TableContract

# A real workbook unpacks to some ten times its size; a million rows to less than this.
LARGEST_UNPACKED_BYTES = 2_000_000_000
LARGEST_RATIO = 150
RATIO_MATTERS_FROM_BYTES = 20_000_000

CONTAINER = b"\xd0\xcf\x11\xe0"
LOCKED_CONTENT = "EncryptedPackage".encode("utf-16-le")

CHUNK_BYTES = 1_000_000
LONGEST_CELL_START_BYTES = 1_000
# What begins with MAY_BE is only looked for, by a compiled reader, which is ten times as quick as Python's.
MAY_BE_FORMULA = r"<(?:\w+:)?f[\s>/]"
# The element of a formula; the one with the prefix xm belongs to a list of choices or a small chart, not to a cell.
FORMULA = re.compile(rb"<(?:(?!xm:)\w+:)?f[\s>/]")
CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*>")
CELL_NAME = re.compile(rb"""\br=["']([A-Z]+[0-9]+)["']""")
# A reader makes room for every cell between A1 and the last one: beyond column Z or row 999 999 there is no table.
MAY_BE_FAR = r"""r=["'](?:[A-Z]{2}|[A-Z]*[0-9]{7})"""
FAR_CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{2,}[0-9]+)["'](?:[^>]*[^>/])?>\s*<"""
    rb"""|<(?:\w+:)?(?:c|row)\b[^>]*?\br=["']([A-Z]*[0-9]{7,})["']"""
)
# An error, or a number of days that a reader rounds up: less than a millisecond before midnight is eight nines.
MAY_BE_ODD = r"""\bt=["']e["']|9{8}"""
ROUNDED_UP = 0.000_000_012
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError)


def check_workbook_file(path: Path, file_name: str) -> None:
    """Raise RefusedFileError unless the file is a whole .xlsx workbook of a size that a workbook can have."""
    if _is_locked(path):
        raise RefusedFileError(f"{file_name}: is protected with a password; save it without one")
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise RefusedFileError(f"{file_name}: is another format under this name; deliver a .xlsx workbook")
            packed = path.stat().st_size
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > LARGEST_UNPACKED_BYTES or unpacked > max(RATIO_MATTERS_FROM_BYTES, LARGEST_RATIO * packed):
                raise RefusedFileError(
                    f"{file_name}: would unpack to {unpacked / 1e6:.0f} MB from {packed / 1e6:.1f} MB, "
                    "which no workbook of these tables does; save it anew from Excel"
                )
            names = set()
            for entry in archive.infolist():
                if entry.filename in names or not _is_whole(archive, entry):
                    raise RefusedFileError(
                        f"{file_name}: cannot be opened as an Excel workbook ({shown(entry.filename)} is damaged); "
                        "save it anew"
                    )
                names.add(entry.filename)
    except UNREADABLE as error:
        raise RefusedFileError(f"{file_name}: cannot be opened as an Excel workbook; deliver a .xlsx file") from error


def _is_locked(path: Path) -> bool:
    """Return whether the file is what Excel makes of a workbook with a password: an old container around its bytes."""
    with path.open("rb") as file:
        if file.read(len(CONTAINER)) != CONTAINER:
            return False
        kept = b""
        while chunk := file.read(CHUNK_BYTES):
            if LOCKED_CONTENT in kept + chunk:
                return True
            kept = chunk[-len(LOCKED_CONTENT) :]
    return False


def _is_whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Read an entry to its real end; return whether its size and check sum are those that the archive declares."""
    unbounded = copy.copy(entry)
    unbounded.file_size = LARGEST_UNPACKED_BYTES
    size = 0
    try:
        with archive.open(unbounded) as content:
            while chunk := content.read(CHUNK_BYTES):
                size += len(chunk)
                if size > entry.file_size:
                    return False
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return False
    return size == entry.file_size


def check_cells(path: Path, table: TableContract) -> bool:
    """Return whether the sheet may have cells that `odd_cells` should look at.

    Raises RefusedFileError naming the first cell of the sheet that is a formula or stands far outside the table.
    """
    may_be_odd = False
    with zipfile.ZipFile(path) as archive, archive.open(_sheet_entry(archive, table)) as sheet:
        kept = b""
        while chunk := sheet.read(CHUNK_BYTES):
            text = kept + chunk
            formula = _holds(text, MAY_BE_FORMULA) and FORMULA.search(text)
            if formula:
                cells = CELL.findall(text[max(0, formula.start() - LONGEST_CELL_START_BYTES) : formula.start()])
                name = CELL_NAME.search(cells[-1]) if cells else None
                raise RefusedFileError(
                    f"{table.place}{f', cell {name[1].decode()}' if name else ''}: a formula where a value is "
                    "expected; paste the values and save the workbook"
                )
            far = _holds(text, MAY_BE_FAR) and FAR_CELL.search(text)
            if far:
                place = (far[1] or far[2]).decode()[:20]
                raise RefusedFileError(
                    f"{table.place}, {'row' if place.isdigit() else 'cell'} {place}: stands far outside the table; "
                    "delete its column or row and save the workbook"
                )
            may_be_odd = may_be_odd or _holds(text, MAY_BE_ODD)
            kept = chunk[-LONGEST_CELL_START_BYTES:]
    return may_be_odd


def _holds(text: bytes, pattern: str) -> bool:
    return pc.match_substring_regex(pa.array([text], pa.binary()), pattern)[0].as_py()


@dataclass(frozen=True)
class OddCells:
    """Cells that the reader of a sheet shows otherwise than they are, by row and column, both from 0.

    These are errors, such as #N/A, with their text, and times so late that the reader rounds them to the next day.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    late: set[tuple[int, int]] = field(default_factory=set)


def odd_cells(path: Path, table: TableContract) -> OddCells:
    """Return the odd cells of a sheet."""
    odd = OddCells()
    row = column = -1
    with zipfile.ZipFile(path) as archive, archive.open(_sheet_entry(archive, table)) as sheet:
        for event, element in ElementTree.iterparse(sheet, events=("start", "end")):  # noqa: S314
            kind = element.tag.rpartition("}")[2]
            if event == "start" and kind == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif event == "start" and kind == "c":
                column = _column_of(element.get("r"), column + 1)
            elif event == "end" and kind == "c":
                value = element.findtext("{*}v") or ""
                if element.get("t") == "e":
                    odd.errors[row, column] = value
                elif element.get("t", "n") == "n" and _is_late(value):
                    odd.late.add((row, column))
            elif event == "end" and kind == "row":
                element.clear()
    return odd


def _column_of(cell: str | None, following: int) -> int:
    """Return the column of a cell such as B5, from 0; a cell without a name follows the one before."""
    letters = re.match("[A-Z]+", cell or "")
    if not letters:
        return following
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _is_late(value: str) -> bool:
    """Return whether a number of days is the last moment of a day."""
    try:
        return float(value) % 1 > 1 - ROUNDED_UP
    except ValueError:
        return False


def _sheet_entry(archive: zipfile.ZipFile, table: TableContract) -> zipfile.ZipInfo:
    """Return which file of the archive holds a sheet."""
    try:
        workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        sheet = next(s for s in workbook.iterfind(".//{*}sheet") if s.get("name") == table.sheet_name)
        relation = next(value for name, value in sheet.items() if name.endswith("}id"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        target = next(element.get("Target", "") for element in relations if element.get("Id") == relation)
        return archive.getinfo(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    except (ElementTree.ParseError, KeyError, StopIteration) as error:
        raise RefusedFileError(f"{table.place}: is listed in the workbook but not in it; save it anew") from error
