"""Look at a workbook as the zip file it is, before a reader is let loose on it."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from inburgering.decoding import RefusedFileError
from inburgering.extract_contract import TableContract

# A real workbook unpacks to some ten times its size; a million rows to less than this.
LARGEST_UNPACKED_BYTES = 2_000_000_000
LARGEST_RATIO = 150
RATIO_MATTERS_FROM_BYTES = 20_000_000

CHUNK_BYTES = 1_000_000
LONGEST_CELL_START_BYTES = 1_000
FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f[\s>/]')
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
SHEET_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def check_workbook_file(path: Path, file_name: str) -> None:
    """Raise RefusedFileError unless the file is a whole .xlsx workbook of a size that a workbook can have."""
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
            # Reads every entry to its end, so that a size or check sum that lies comes out here.
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise RefusedFileError(f"{file_name}: cannot be opened as an Excel workbook; deliver a .xlsx file") from error
    if damaged:
        raise RefusedFileError(
            f"{file_name}: cannot be opened as an Excel workbook ({damaged} is damaged); save it anew"
        )


def refuse_formulas(path: Path, table: TableContract) -> None:
    """Raise RefusedFileError naming the first cell of the sheet that holds a formula instead of a value."""
    with zipfile.ZipFile(path) as archive, archive.open(_sheet_entry(archive, table.sheet_name)) as sheet:
        kept = b""
        while chunk := sheet.read(CHUNK_BYTES):
            formula = FORMULA.search(kept + chunk)
            if formula:
                raise RefusedFileError(
                    f"{table.place}, cell {formula[1].decode()}: a formula where a value is expected; "
                    "paste the values and save the workbook"
                )
            kept = chunk[-LONGEST_CELL_START_BYTES:]


def _sheet_entry(archive: zipfile.ZipFile, sheet_name: str) -> str:
    """Return which file of the archive holds a sheet."""
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relation = next(s.get(SHEET_RELATION) for s in workbook.iter(SHEET) if s.get("name") == sheet_name)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(element.get("Target") for element in relations if element.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
