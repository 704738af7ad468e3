"""Bad inputs as data: every rule about what may not be delivered, with what breaks it and what must come of it.

`REFUSED` spoil a good delivery as a whole; the loader must refuse it with the message. `REJECTED` and `KEPT` plant
rows in good files: all of them together into one set of extracts, see `plant_all`. A row that is rejected would be
counted if it were good. A row that is kept is of a kind that no table of the annex counts (another trajectory or
attest type, no letter, or long before the years of the question), so that no figure may change by either.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from inburgering.intake.extract_contract import TableContract, read_contracts
from support.handmade import DAY, ENCODING, PERSON, REFERENCE_DATE, SEPARATOR, WORKBOOK

CONTRACTS = read_contracts()
Spoil = Callable[[Path], object]


@dataclass(frozen=True)
class Refused:
    """A delivery that is refused as a whole: `spoil` gets its folder; in `message` a * stands for any text."""

    rule: str
    agency: str
    spoil: Spoil
    message: str

    def matches(self, line: str) -> bool:
        """Return whether a line of the loader is the message of this rule."""
        pattern = re.escape(f"Refused: {self.agency}/{self.message}").replace(r"\*", ".*")
        return re.fullmatch(pattern, line) is not None


# What breaks a file of any format.


def rename_delivery(name: str) -> Spoil:
    return lambda folder: folder.rename(folder.with_name(name))


def rename_file(old: str, new: str) -> Spoil:
    return lambda folder: (folder / old).rename(folder / new)


def remove(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def make_folder_of(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def make_link_of(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        elsewhere = folder.parents[2] / f"elsewhere {name}"
        (folder / name).rename(elsewhere)
        (folder / name).symlink_to(elsewhere)

    return spoil


def change_bytes(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> None:
        content = (folder / name).read_bytes()
        changed = change(content)
        assert changed != content
        (folder / name).write_bytes(changed)

    return spoil


def replace_by(name: str, content: bytes) -> Spoil:
    return change_bytes(name, lambda _: content)


# What breaks a CSV file.


def change_header(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Spoil:
    def changed(content: bytes) -> bytes:
        header, rest = content.removeprefix(codecs.BOM_UTF8).split(b"\r\n", 1)
        separator = b";" if b";" in header else b","
        return separator.join(change(header.split(separator))) + b"\r\n" + rest

    return change_bytes(name, changed)


def add_lines(name: str, line: bytes, number: int = 1) -> Spoil:
    return change_bytes(name, lambda content: content + number * (line + b"\r\n"))


# What breaks a workbook.


def change_workbook(change: Callable[[openpyxl.Workbook], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        workbook = openpyxl.load_workbook(folder / WORKBOOK)
        change(workbook)
        workbook.save(folder / WORKBOOK)

    return spoil


def change_sheet(name: str, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], object]) -> Spoil:
    return change_workbook(lambda workbook: change(workbook[name]))


def set_cell(sheet: str, cell: str, value: object) -> Spoil:
    return change_sheet(sheet, lambda worksheet: worksheet.__setitem__(cell, value))


def add_cells_outside(sheet: str, rows: int) -> Spoil:
    def change(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for row in range(2, 2 + rows):
            worksheet.cell(row, 13, "te veel")

    return change_sheet(sheet, change)


def swap_first_columns(worksheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    worksheet["A1"], worksheet["B1"] = worksheet["B1"].value, worksheet["A1"].value


def read_parts(path: Path) -> dict[str, bytes]:
    """Return the content of every entry of a zip file."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> None:
    """Write a zip file with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def change_part(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> None:
        parts = read_parts(folder / WORKBOOK)
        changed = change(parts[name])
        assert changed != parts[name]
        write_parts(folder / WORKBOOK, parts | {name: changed})

    return spoil


def zip_of(*names: str) -> bytes:
    """Return a zip file with small entries of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def damage_part(name: str) -> Spoil:
    """Change one byte in the middle of the packed content of an entry."""

    def spoil(folder: Path) -> None:
        path = folder / WORKBOOK
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(name)
        content = bytearray(path.read_bytes())
        content[entry.header_offset + 30 + len(name) + entry.compress_size // 2] ^= 0xFF
        path.write_bytes(content)

    return spoil


SHEET_PART = "xl/worksheets/sheet3.xml"
BOMB_BYTES = 40_000_000


def blow_up(folder: Path) -> None:
    """Append so much white space to a sheet that the workbook unpacks to hundreds of times its size."""
    change_part(SHEET_PART, lambda sheet: sheet + b" " * BOMB_BYTES)(folder)


def blow_up_and_lie(right_check_sum: bool) -> Spoil:
    """Do the same, and let the zip file say that the sheet is small, with the check sum of all of it or of that part.

    A reader that goes by the declared size sees a good sheet; one that unpacks until the end meets the bomb.
    """

    def spoil(folder: Path) -> None:
        path = folder / WORKBOOK
        sheet = read_parts(path)[SHEET_PART]
        blow_up(folder)
        name = SHEET_PART.encode()
        content = bytearray(path.read_bytes())
        local = content.index(b"PK\x03\x04", content.index(name) - 30)
        central = content.rindex(name) - 46
        assert content[central : central + 4] == b"PK\x01\x02"
        for header, check_sum, size in ((local, 14, 22), (central, 16, 24)):
            content[header + size : header + size + 4] = struct.pack("<I", len(sheet))
            if right_check_sum:
                content[header + check_sum : header + check_sum + 4] = struct.pack("<I", zlib.crc32(sheet))
        path.write_bytes(content)

    return spoil


def repeat_part(folder: Path) -> None:
    """Put a second sheet under the name of the first, so that two readers see two different workbooks."""
    with zipfile.ZipFile(folder / WORKBOOK, "a") as archive:
        content = archive.read(SHEET_PART)
        archive.writestr(SHEET_PART.replace("3", "4"), content)
    path = folder / WORKBOOK
    path.write_bytes(path.read_bytes().replace(b"sheet4.xml", b"sheet3.xml"))


def add_last_row(row: bytes) -> Callable[[bytes], bytes]:
    return lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>")


def lock(folder: Path) -> None:
    """Make of the workbook what Excel makes of it with a password: a container whose parts have names in UTF-16."""
    names = "".join(name.ljust(32, "\0") for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    (folder / WORKBOOK).write_bytes(OLD_EXCEL + names.encode("utf-16-le") + bytes(2000))


def move_up(name: str) -> Spoil:
    """Put a copy of a file one folder too high."""
    return lambda folder: (folder.parent / name).write_bytes((folder / name).read_bytes())


def zip_above(folder: Path) -> None:
    (folder.parent / "levering.zip").write_bytes(zip_of("contracts.csv"))


OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
NOT_OPENED = "atlas.xlsx: cannot be opened as an Excel workbook; deliver a .xlsx file"
DAMAGED = "atlas.xlsx: cannot be opened as an Excel workbook (xl/worksheets/sheet3.xml is damaged); save it anew"
IN_ORDER = "deliver the columns of the extract contract, in its order and separator"
FORMULA = "a formula where a value is expected; paste the values and save the workbook"
FAR = "stands far outside the table; delete its column or row and save the workbook"
NO_ROWS = "no rows; deliver the rows, or pass --allow-empty when none is meant"
NO_DATE = "not a folder named after a reference date; name it yyyy-mm-dd"
WRONGLY_DECODED = "is text that was decoded wrongly before it came; export it anew from its source"
NUL_BYTES = "NUL bytes in the text; export the file anew, as plain text"
NOT_IN_DELIVERY = "is not in the folder of a delivery; put it, unpacked, into"
MISSING = "missing (a link does not count); put the file into *"
LIMIT = "(1 % is the limit); mend the file's structure"


def _names_its_folder(message: str) -> bool:
    return message.endswith(NO_DATE) or NOT_IN_DELIVERY in message


def refused(agency: str, cases: list[tuple[str, Spoil, str]]) -> list[Refused]:
    """Return the cases of an agency; a message that names no folder is about the good reference date."""
    return [
        Refused(
            f"{agency}: {rule}", agency, spoil, message if _names_its_folder(message) else f"{REFERENCE_DATE}/{message}"
        )
        for rule, spoil, message in cases
    ]


REFUSED = [
    *refused(
        "agii",
        [
            ("a file is missing", remove("contracten.csv"), f"contracten.csv: {MISSING}"),
            ("a file has another name", rename_file("attesten.csv", "Attesten.csv"), f"attesten.csv: {MISSING}"),
            ("a folder stands where a file is expected", make_folder_of("attesten.csv"), f"attesten.csv: {MISSING}"),
            ("a link stands where a file is expected", make_link_of("contracten.csv"), f"contracten.csv: {MISSING}"),
            (
                "a column is missing",
                change_header("contracten.csv", lambda columns: columns[:-1]),
                "contracten.csv: 10 columns expected, 9 found; column 10, 'DATUM_ONDERTEKENING', is missing "
                "(is the separator right?)",
            ),
            (
                "a column in the middle is missing",
                change_header("uitnodigingen.csv", lambda columns: columns[:4] + columns[5:]),
                f"uitnodigingen.csv: column 5 should be 'GESLACHT' but is 'DOELGROEP'; {IN_ORDER}",
            ),
            (
                "there is an extra column",
                change_header("contracten.csv", lambda columns: [*columns, b"OPMERKING"]),
                "contracten.csv: 10 columns expected, 11 found; remove the extra column 'OPMERKING'",
            ),
            (
                "a column is renamed",
                change_header("attesten.csv", lambda columns: [*columns[:2], b"NIS", *columns[3:]]),
                f"attesten.csv: column 3 should be 'NIS_GEMEENTE' but is 'NIS'; {IN_ORDER}",
            ),
            (
                "columns are in another order",
                change_header("contracten.csv", lambda columns: [columns[1], columns[0], *columns[2:]]),
                f"contracten.csv: column 1 should be 'KBI_NUMMER' but is 'INSZ'; {IN_ORDER}",
            ),
            (
                "a column is repeated",
                change_header("contracten.csv", lambda columns: [columns[0], *columns]),
                f"contracten.csv: column 2 should be 'INSZ' but is 'KBI_NUMMER'; {IN_ORDER}",
            ),
            (
                "a column has other capitals",
                change_header("contracten.csv", lambda columns: [columns[0].lower(), *columns[1:]]),
                f"contracten.csv: column 1 should be 'KBI_NUMMER' but is 'kbi_nummer'; {IN_ORDER}",
            ),
            (
                "a comma separates the columns",
                change_bytes("contracten.csv", lambda content: content.replace(b";", b",")),
                f"contracten.csv: column 1 should be 'KBI_NUMMER' but is 'KBI_NUMMER,INSZ,*…'; {IN_ORDER}",
            ),
            (
                "a tab separates the columns",
                change_bytes("attesten.csv", lambda content: content.replace(b";", b"\t")),
                rf"attesten.csv: column 1 should be 'KBI_NUMMER' but is 'KBI_NUMMER\tINSZ\t*…'; {IN_ORDER}",
            ),
            (
                "there is no header",
                change_bytes("contracten.csv", lambda content: content.split(b"\r\n", 1)[1]),
                f"contracten.csv: column 1 should be 'KBI_NUMMER' but is '*#'; {IN_ORDER}",
            ),
            (
                "the header has a quote that is not closed",
                change_header("contracten.csv", lambda columns: [b'"' + columns[0], *columns[1:]]),
                "contracten.csv: the header has a quote that is not closed; deliver the contract's header",
            ),
            (
                "bytes are not utf-8",
                add_lines("contracten.csv", "D;;;Zaïre;;;;C;TT_IBVP;05/05/2023".encode("windows-1252")),
                "contracten.csv, line *: bytes that are not utf-8; save the file as utf-8",
            ),
            (
                "text was decoded as windows-1252 before it came",
                add_lines("contracten.csv", "D;;;ZaÃ¯re;;;;C;TT_IBVP;05/05/2023".encode()),
                f"contracten.csv, line *: 'Ã¯' {WRONGLY_DECODED}",
            ),
            (
                "a character was lost before it came",
                add_lines("attesten.csv", "D;;;Za\ufffdre;;;;C;AI023;05/05/2023".encode()),
                f"attesten.csv, line *: '\ufffd' {WRONGLY_DECODED}",
            ),
            (
                "a workbook has the name of a CSV file",
                replace_by("contracten.csv", zip_of("xl/workbook.xml")),
                "contracten.csv: is a workbook or zip file, not a CSV file; export it as CSV",
            ),
            (
                "a gzip file has the name of a CSV file",
                change_bytes("contracten.csv", gzip.compress),
                "contracten.csv: is a gzip file, not a CSV file; export it as CSV",
            ),
            (
                "a PDF has the name of a CSV file",
                replace_by("attesten.csv", b"%PDF-1.7\n"),
                "attesten.csv: is a PDF, not a CSV file; export it as CSV",
            ),
            (
                "a file is UTF-16",
                change_bytes("uitnodigingen.csv", lambda content: content.decode("utf-8-sig").encode("utf-16")),
                "uitnodigingen.csv: is UTF-16 text, not a CSV file; export it as CSV",
            ),
            (
                "a file is UTF-16 without a byte order mark",
                change_bytes("uitnodigingen.csv", lambda content: content.decode("utf-8-sig").encode("utf-16-le")),
                f"uitnodigingen.csv, line 1: {NUL_BYTES}",
            ),
            (
                "a row has NUL bytes",
                add_lines("contracten.csv", b"D;;;\0;;;;C;TT_IBVP;05/05/2023"),
                f"contracten.csv, line *: {NUL_BYTES}",
            ),
            (
                "a file has no rows",
                change_bytes("contracten.csv", lambda content: content.split(b"\r\n", 1)[0] + b"\r\n"),
                f"contracten.csv: {NO_ROWS}",
            ),
            (
                "a file is empty",
                replace_by("contracten.csv", b""),
                "contracten.csv: 10 columns expected, 0 found; column 1, 'KBI_NUMMER', is missing "
                "(is the separator right?)",
            ),
            (
                "more than 1 % of the rows have too few fields",
                add_lines("uitnodigingen.csv", b"D;1", 20),
                f"uitnodigingen.csv, row *: too few fields, the first of 20 broken rows out of * {LIMIT}",
            ),
            (
                "more than 1 % of the rows have an unclosed quote",
                add_lines("attesten.csv", b'"D;;;;;;;A;AI023;05/05/2023', 30),
                f"attesten.csv, row *: unclosed quote, the first of 30 broken rows out of * {LIMIT}",
            ),
            (
                "a file stands above its delivery",
                move_up("contracten.csv"),
                f"contracten.csv: {NOT_IN_DELIVERY} agii/<yyyy-mm-dd>/",
            ),
            ("the reference date does not exist", rename_delivery("2024-02-30"), f"2024-02-30: {NO_DATE}"),
            ("the reference date has no dashes", rename_delivery("20240131"), f"20240131: {NO_DATE}"),
            ("the reference date is day first", rename_delivery("31-01-2024"), f"31-01-2024: {NO_DATE}"),
            ("the reference date is a word", rename_delivery("januari"), f"januari: {NO_DATE}"),
        ],
    ),
    *refused(
        "amal",
        [
            ("a file is missing", remove("invitations.csv"), f"invitations.csv: {MISSING}"),
            (
                "a column is missing",
                change_header("attests.csv", lambda columns: columns[:-1]),
                "attests.csv: 10 columns expected, 9 found; column 10, 'obtained_on', is missing "
                "(is the separator right?)",
            ),
            (
                "there is an extra column",
                change_header("attests.csv", lambda columns: [*columns, b"remark"]),
                "attests.csv: 10 columns expected, 11 found; remove the extra column 'remark'",
            ),
            (
                "a column is renamed",
                change_header("contracts.csv", lambda columns: [*columns[:-1], b"signed"]),
                f"contracts.csv: column 10 should be 'signed_on' but is 'signed'; {IN_ORDER}",
            ),
            (
                "columns are in another order",
                change_header("invitations.csv", lambda columns: [*columns[:-2], columns[-1], columns[-2]]),
                f"invitations.csv: column 10 should be 'registered' but is 'no_show_reason'; {IN_ORDER}",
            ),
            (
                "a column is repeated",
                change_header("contracts.csv", lambda columns: [*columns, columns[-1]]),
                "contracts.csv: 10 columns expected, 11 found; remove the extra column 'signed_on'",
            ),
            (
                "a semicolon separates the columns",
                change_bytes("contracts.csv", lambda content: content.replace(b",", b";")),
                f"contracts.csv: column 1 should be 'dossier_id' but is 'dossier_id;insz;*…'; {IN_ORDER}",
            ),
            (
                "there is no header",
                change_bytes("invitations.csv", lambda content: content.split(b"\r\n", 1)[1]),
                f"invitations.csv: column 1 should be 'dossier_id' but is '*#'; {IN_ORDER}",
            ),
            (
                "a file is utf-8",
                add_lines("contracts.csv", "D,,,Zaïre,,,,C,TT_IBVP,2023-05-05".encode()),
                f"contracts.csv, line *: 'Ã¯' {WRONGLY_DECODED}",
            ),
            (
                "a file has a byte order mark",
                change_bytes("contracts.csv", lambda content: b"\xef\xbb\xbf" + content),
                f"contracts.csv, line 1: 'ï»¿' {WRONGLY_DECODED}",
            ),
            (
                "bytes are not windows-1252",
                add_lines("contracts.csv", b"D,,,Za\x81re,,,,C,TT_IBVP,2023-05-05"),
                "contracts.csv, line *: bytes that are not windows-1252; save the file as windows-1252",
            ),
            (
                "an old Excel file has the name of a CSV file",
                replace_by("contracts.csv", OLD_EXCEL),
                "contracts.csv: is an old Excel file, not a CSV file; export it as CSV",
            ),
            (
                "a workbook has the name of a CSV file",
                replace_by("attests.csv", zip_of("xl/workbook.xml")),
                "attests.csv: is a workbook or zip file, not a CSV file; export it as CSV",
            ),
            (
                "a row has NUL bytes",
                add_lines("attests.csv", b"D,,,\0,,,,C,AI023,2023-05-05"),
                f"attests.csv, line *: {NUL_BYTES}",
            ),
            (
                "a file has no rows",
                change_bytes("attests.csv", lambda content: content.split(b"\r\n", 1)[0] + b"\r\n\r\n\r\n"),
                f"attests.csv: {NO_ROWS}",
            ),
            (
                "more than 1 % of the rows have too many fields",
                add_lines("invitations.csv", b"D" + b"," * 11, 10),
                f"invitations.csv, row *: too many fields, the first of 10 broken rows out of * {LIMIT}",
            ),
            (
                "more than 1 % of the rows have a value that is too long",
                add_lines("contracts.csv", b"D," + b"x" * 40_000 + b",,,,,,C,TT_IBVP,2023-05-05", 10),
                f"contracts.csv, row *: value too long, the first of 10 broken rows out of * {LIMIT}",
            ),
            ("a zip stands above the deliveries", zip_above, f"levering.zip: {NOT_IN_DELIVERY} amal/<yyyy-mm-dd>/"),
            ("the reference date is a month", rename_delivery("2024-01"), f"2024-01: {NO_DATE}"),
        ],
    ),
    *refused(
        "atlas",
        [
            ("the workbook is missing", remove(WORKBOOK), f"atlas.xlsx: {MISSING}"),
            (
                "a sheet is missing",
                change_workbook(lambda workbook: workbook.remove(workbook["Attesten"])),
                "atlas.xlsx: sheet 'Attesten' is missing; the workbook has Uitnodigingen, Contracten",
            ),
            (
                "a sheet is renamed",
                change_sheet("Contracten", lambda sheet: setattr(sheet, "title", "Contracten 2023")),
                "atlas.xlsx: sheet 'Contracten' is missing; the workbook has Uitnodigingen, Contracten 2023, Attesten",
            ),
            (
                "a column is missing",
                change_sheet("Attesten", lambda sheet: sheet.delete_cols(10)),
                "atlas.xlsx, sheet Attesten: 10 columns expected, 9 found; column 10, 'Behaald op', is missing "
                "(is the separator right?)",
            ),
            (
                "there is an extra column",
                set_cell("Contracten", "K1", "Opmerking"),
                "atlas.xlsx, sheet Contracten: 10 columns expected, 11 found; remove the extra column 'Opmerking'",
            ),
            (
                "a column is renamed",
                set_cell("Attesten", "C1", "NIS"),
                f"atlas.xlsx, sheet Attesten: column 3 should be 'Gemeente (NIS)' but is 'NIS'; {IN_ORDER}",
            ),
            (
                "columns are in another order",
                change_sheet("Uitnodigingen", swap_first_columns),
                "atlas.xlsx, sheet Uitnodigingen: column 1 should be 'Dossiernummer' but is 'Rijksregisternummer'; "
                + IN_ORDER,
            ),
            (
                "a column is repeated",
                set_cell("Uitnodigingen", "B1", "Dossiernummer"),
                "atlas.xlsx, sheet Uitnodigingen: column 2 should be 'Rijksregisternummer' but is 'Dossiernummer'; "
                + IN_ORDER,
            ),
            (
                "there is no header",
                change_sheet("Contracten", lambda sheet: sheet.delete_rows(1)),
                f"atlas.xlsx, sheet Contracten: column 1 should be 'Dossiernummer' but is '*#'; {IN_ORDER}",
            ),
            ("the workbook is cut short", change_bytes(WORKBOOK, lambda content: content[:20_000]), NOT_OPENED),
            ("the end of the workbook is missing", change_bytes(WORKBOOK, lambda content: content[:-10]), NOT_OPENED),
            ("a part of the workbook is damaged", damage_part(SHEET_PART), DAMAGED),
            (
                "a sheet stops halfway",
                change_part(SHEET_PART, lambda sheet: sheet[: len(sheet) // 2]),
                "atlas.xlsx, sheet Attesten: cannot be read to its end; save the workbook anew",
            ),
            (
                "a sheet is listed but not there",
                change_part("xl/_rels/workbook.xml.rels", lambda part: part.replace(b"sheet3.xml", b"sheet9.xml")),
                "atlas.xlsx, sheet Attesten: is listed in the workbook but not in it; save it anew",
            ),
            ("a part of the workbook is there twice", repeat_part, DAMAGED),
            ("an old Excel file has the name of a workbook", replace_by(WORKBOOK, OLD_EXCEL), NOT_OPENED),
            (
                "an ods file has the name of a workbook",
                replace_by(WORKBOOK, zip_of("mimetype", "content.xml")),
                "atlas.xlsx: is another format under this name; deliver a .xlsx workbook",
            ),
            (
                "a binary workbook has the name of a workbook",
                replace_by(WORKBOOK, zip_of("[Content_Types].xml", "xl/workbook.bin")),
                "atlas.xlsx: is another format under this name; deliver a .xlsx workbook",
            ),
            (
                "a CSV file has the name of a workbook",
                replace_by(WORKBOOK, b"Dossiernummer;Rijksregisternummer\r\n"),
                NOT_OPENED,
            ),
            ("the workbook is empty", replace_by(WORKBOOK, b""), NOT_OPENED),
            (
                "a data cell holds a formula",
                set_cell("Contracten", "H3", '="C"&ROW()'),
                f"atlas.xlsx, sheet Contracten, cell H3: {FORMULA}",
            ),
            (
                "a formula stands in a cell without a name",
                change_part(SHEET_PART, add_last_row(b"<row><c><f>1+1</f><v>2</v></c></row>")),
                f"atlas.xlsx, sheet Attesten: {FORMULA}",
            ),
            (
                "a formula stands after a comment in a cell with single quotes",
                change_part(SHEET_PART, add_last_row(b"<row r='9999'><c r='A9999'><!-- --><f>1</f></c></row>")),
                f"atlas.xlsx, sheet Attesten, cell A9999: {FORMULA}",
            ),
            (
                "a decompression bomb",
                blow_up,
                "atlas.xlsx: would unpack to * MB from * MB, which no workbook of these tables does; "
                "save it anew from Excel",
            ),
            ("a decompression bomb that says it is small", blow_up_and_lie(False), DAMAGED),
            ("a decompression bomb that says it is small, check sum included", blow_up_and_lie(True), DAMAGED),
            (
                "a cell far to the right makes the sheet immense",
                set_cell("Attesten", "XFD5", "x"),
                f"atlas.xlsx, sheet Attesten, cell XFD5: {FAR}",
            ),
            (
                "a cell far down makes the sheet immense",
                set_cell("Attesten", "A1048576", "x"),
                f"atlas.xlsx, sheet Attesten, row 1048576: {FAR}",
            ),
            (
                "a sheet has no rows",
                change_sheet("Attesten", lambda sheet: sheet.delete_rows(2, sheet.max_row)),
                f"atlas.xlsx, sheet Attesten: {NO_ROWS}",
            ),
            (
                "text was decoded as windows-1252 before it came",
                set_cell("Contracten", "D4", "ZaÃ¯re"),
                f"atlas.xlsx, sheet Contracten, row 4: 'Ã¯' {WRONGLY_DECODED}",
            ),
            (
                "a cell has a NUL byte",
                set_cell("Contracten", "D5", "M_x0000_A"),
                f"atlas.xlsx, sheet Contracten, row 5: {NUL_BYTES}",
            ),
            (
                "more than 1 % of the rows have too many fields",
                add_cells_outside("Contracten", 20),
                f"atlas.xlsx, sheet Contracten, row 2: too many fields, the first of 20 broken rows out of * {LIMIT}",
            ),
            ("the workbook has a password", lock, "atlas.xlsx: is protected with a password; save it without one"),
            (
                "the first row is blank",
                change_sheet("Contracten", lambda sheet: sheet.insert_rows(1)),
                "atlas.xlsx, sheet Contracten: row 1 is empty; put the header into row 1",
            ),
            (
                "a sheet has a space after its name",
                change_part("xl/workbook.xml", lambda part: part.replace(b'"Attesten"', b'"Attesten "')),
                "atlas.xlsx: sheet 'Attesten ' has white space around its name; name it 'Attesten'",
            ),
            ("the reference date has spaces", rename_delivery("2024-01-31 (2)"), f"2024-01-31 (2): {NO_DATE}"),
        ],
    ),
]


@dataclass(frozen=True)
class Place:
    """Where a planted row stands."""

    agency: str
    event_type: str
    row_number: int


Plant = Callable[["Planter"], int]


@dataclass(frozen=True)
class Rejected:
    """A row that is rejected; `plant` puts it into the extracts and returns its row number."""

    rule: str
    agency: str
    event_type: str
    plant: Plant
    reason: str


@dataclass(frozen=True)
class Kept:
    """A row that is kept, with one warning about one value."""

    rule: str
    agency: str
    event_type: str
    plant: Plant
    warning: str
    value: str | None


def person_number(serial: int) -> str:
    """Return a valid person number of somebody who would be a hundred years old, and is nobody."""
    nine = 190101000 + serial
    return f"{nine:09}{97 - nine % 97:02}"


class Planter:
    """Adds rows to the good extracts of one reference date."""

    LINES_AROUND = 500
    TOO_LONG = "TOO LONG FOR A CELL"

    def __init__(self, extracts: Path) -> None:
        self._extracts = extracts
        self._workbook = openpyxl.load_workbook(self._delivery("atlas") / WORKBOOK)
        self._serial = 0
        self._chosen: dict[tuple[str, str], int] = {}

    def _delivery(self, agency: str) -> Path:
        return self._extracts / agency / REFERENCE_DATE

    def table(self, agency: str, event_type: str) -> TableContract:
        """Return the contract of a table."""
        return next(table for table in CONTRACTS[agency].tables if table.event_type == event_type)

    def good_values(self, agency: str, event_type: str, counted: bool, **changes: object) -> list[object]:
        """Return the values of a good row about a person of its own, except for what `changes` names."""
        self._serial += 1
        table = self.table(agency, event_type)
        names = ("dossier_number", "person_number", "nis_code", "nationality_code", "gender_code")
        values = dict(zip((*names, "target_group_code", "residence_status_code"), PERSON[agency], strict=True))
        number = f"BAD-{self._serial:04}"
        day = DAY[agency]
        values |= {"dossier_number": number, "person_number": person_number(self._serial)}
        values |= {"event_number": number, "not_registered_reason_code": ""}
        types = {"contracts": ("TT_IBVP", "TT_NT2"), "attests": ("AI023", "AEVC05"), "invitations": ("", "")}
        values |= {"type_code": types[event_type][0 if counted else 1]}
        values |= {"letter_sent_on_as_delivered": day if counted else "", "registered_on_as_delivered": ""}
        values |= {"event_date_as_delivered": day}
        assert set(changes) <= set(table.attributes), changes
        return [(values | changes)[attribute] for attribute in table.attributes]

    def add(self, agency: str, event_type: str, values: list[object]) -> int:
        """Add a row, however many values it has, and return its row number."""
        table = self.table(agency, event_type)
        if agency == "atlas":
            sheet = self._workbook[table.sheet_name]
            sheet.append([None if value == "" else value for value in values])
            return sheet.max_row
        line = io.StringIO()
        csv.writer(line, delimiter=SEPARATOR[agency], lineterminator="").writerow(values)
        return self.add_line(agency, event_type, line.getvalue())

    def add_line(self, agency: str, event_type: str, line: str) -> int:
        """Add a line of text to a CSV file and return its number."""
        path = self._delivery(agency) / self.table(agency, event_type).file_name
        number = path.read_bytes().count(b"\n") + 1
        with path.open("ab") as file:
            file.write(f"{line}\r\n".encode(ENCODING[agency]))
        return number

    def choose(self, agency: str, event_type: str) -> tuple[int, list[object]]:
        """Return the row number and values of a good row that is counted and that no case chose before."""
        table = self.table(agency, event_type)
        if agency == "atlas":
            cells = self._workbook[table.sheet_name].iter_rows(min_row=2, values_only=True)
            rows = [(number, list(row)) for number, row in enumerate(cells, start=2)]
        else:
            with (self._delivery(agency) / table.file_name).open(encoding=ENCODING[agency], newline="") as file:
                reader = csv.reader(file, delimiter=SEPARATOR[agency])
                rows = [(reader.line_num, row) for row in reader if len(row) == len(table.columns)]
        key = table.columns.index(table.key_column)
        keys = [str(row[key]).strip() for _, row in rows]
        type_code = table.columns.index(table.column_of("type_code")) if event_type != "invitations" else None
        day = table.attributes.index("event_date_as_delivered")
        for index in range(self._chosen.get((agency, event_type), 10), len(rows)):
            number, row = rows[index]
            if (
                keys.count(keys[index]) == 1
                and re.search("20(19|20|21|22)", str(row[day]))
                and (type_code is None or row[type_code] in ("TT_IBVP", "TT_IBRH", "AI023"))
            ):
                self._chosen[agency, event_type] = index + 1
                return number, row
        raise AssertionError("no good row left")

    def add_harmless_rows(self) -> None:
        """Add good rows that nothing counts, so that the planted broken rows are below 1 % of every file."""
        for agency, contract in CONTRACTS.items():
            for table in contract.tables:
                for _ in range(self.LINES_AROUND):
                    self.add(agency, table.event_type, self.good_values(agency, table.event_type, counted=False))

    def save(self) -> None:
        """Write the workbook; openpyxl cuts text that is too long for a cell, so that is put in afterwards."""
        path = self._delivery("atlas") / WORKBOOK
        self._workbook.save(path)
        parts = read_parts(path)
        long = b"x" * 40_000
        write_parts(path, {name: part.replace(self.TOO_LONG.encode(), long) for name, part in parts.items()})


def counted_row(agency: str, event_type: str, **changes: object) -> Plant:
    """Plant a row that would be counted if it were good."""
    return lambda planter: planter.add(agency, event_type, planter.good_values(agency, event_type, True, **changes))


def uncounted_row(agency: str, event_type: str, **changes: object) -> Plant:
    """Plant a row that is good but for what `changes` names, and that nothing counts."""
    return lambda planter: planter.add(agency, event_type, planter.good_values(agency, event_type, False, **changes))


def row_of_width(agency: str, event_type: str, more: int) -> Plant:
    """Plant a row with some values more, or fewer."""

    def plant(planter: Planter) -> int:
        values = planter.good_values(agency, event_type, True)
        return planter.add(agency, event_type, values[:more] if more < 0 else values + more * ["te veel"])

    return plant


def unclosed_quote(agency: str, event_type: str, column: int) -> Plant:
    """Plant a row in which a quote is opened and never closed."""

    def plant(planter: Planter) -> int:
        values = [str(value) for value in planter.good_values(agency, event_type, True)]
        values[column] = '"' + values[column]
        return planter.add_line(agency, event_type, SEPARATOR[agency].join(values))

    return plant


def identical_row(agency: str, event_type: str) -> Plant:
    """Plant a good row a second time: the first of the two is rejected."""

    def plant(planter: Planter) -> int:
        number, values = planter.choose(agency, event_type)
        planter.add(agency, event_type, values)
        return number

    return plant


def superseded_row(agency: str, event_type: str, attribute: str, value: object) -> Plant:
    """Plant another row for the key of a good one, and then the good one again: the other one is rejected."""

    def plant(planter: Planter) -> int:
        _, values = planter.choose(agency, event_type)
        other = list(values)
        other[planter.table(agency, event_type).attributes.index(attribute)] = value
        number = planter.add(agency, event_type, other)
        planter.add(agency, event_type, values)
        return number

    return plant


def attest_before_first_contract(agency: str) -> Plant:
    """Plant an attest and a later contract of one person, both long before the years of the question."""
    days = {"agii": ("05/05/2010", "05/05/2011"), "amal": ("2010-05-05", "2011-05-05")}

    def plant(planter: Planter) -> int:
        attested, signed = days[agency]
        attest = planter.good_values(agency, "attests", True, event_date_as_delivered=attested)
        contract = planter.good_values(
            agency, "contracts", True, event_date_as_delivered=signed, person_number=attest[1]
        )
        planter.add(agency, "contracts", contract)
        return planter.add(agency, "attests", attest)

    return plant


def rejected(agency: str, cases: list[tuple[str, str, Plant, str]]) -> list[Rejected]:
    return [
        Rejected(f"{agency} {event_type}: {rule}", agency, event_type, plant, reason)
        for rule, event_type, plant, reason in cases
    ]


def kept(agency: str, cases: list[tuple[str, str, dict[str, object], str, str | None]]) -> list[Kept]:
    return [
        Kept(
            f"{agency} {event_type}: {rule}",
            agency,
            event_type,
            uncounted_row(agency, event_type, **changes),
            warning,
            value,
        )
        for rule, event_type, changes, warning, value in cases
    ]


TOO_LONG = "x" * 40_000
EVENT_DATE = "event_date_as_delivered"


def unusable_event_dates(
    agency: str, event_type: str, attribute: str, dates: dict[str, tuple[object, str]]
) -> list[Rejected]:
    return [
        Rejected(
            f"{agency} {event_type}: an event date that {rule}",
            agency,
            event_type,
            counted_row(agency, event_type, **{attribute: day}),
            why,
        )
        for rule, (day, why) in dates.items()
    ]


REJECTED = [
    *rejected(
        "agii",
        [
            ("too few fields", "contracts", row_of_width("agii", "contracts", -1), "too_few_fields"),
            ("one field only", "contracts", row_of_width("agii", "contracts", -9), "too_few_fields"),
            ("too many fields", "contracts", row_of_width("agii", "contracts", 1), "too_many_fields"),
            ("an unclosed quote at the start", "contracts", unclosed_quote("agii", "contracts", 0), "unclosed_quote"),
            ("an unclosed quote at the end", "attests", unclosed_quote("agii", "attests", 9), "unclosed_quote"),
            ("too long for a cell", "attests", counted_row("agii", "attests", nis_code=TOO_LONG), "value_too_long"),
            ("the same row twice", "contracts", identical_row("agii", "contracts"), "duplicate"),
            ("the same row twice", "invitations", identical_row("agii", "invitations"), "duplicate"),
            (
                "another row with the same number",
                "attests",
                superseded_row("agii", "attests", "gender_code", "2?"),
                "superseded",
            ),
            (
                "another row with the same dossier",
                "invitations",
                superseded_row("agii", "invitations", "not_registered_reason_code", "OVERLEDEN ?"),
                "superseded",
            ),
        ],
    ),
    *unusable_event_dates(
        "agii",
        "contracts",
        EVENT_DATE,
        {
            "is missing": ("", "missing_event_date"),
            "is white space": (" \t", "missing_event_date"),
            "is a word": ("onbekend", "unreadable_event_date"),
            "does not exist": ("31/02/2023", "unreadable_event_date"),
            "is in Amal's form": ("2023-05-05", "unreadable_event_date"),
            "has a two-digit year": ("05/05/23", "unreadable_event_date"),
            "lies the day after the reference date": ("01/02/2024", "event_date_after_reference_date"),
            "lies in 2204": ("05/05/2204", "event_date_after_reference_date"),
            "lies the day before 2004": ("31/12/2003", "event_date_too_early"),
        },
    ),
    *unusable_event_dates("agii", "invitations", EVENT_DATE, {"is missing": ("", "missing_event_date")}),
    *rejected(
        "amal",
        [
            ("too few fields", "attests", row_of_width("amal", "attests", -2), "too_few_fields"),
            ("too many fields", "attests", row_of_width("amal", "attests", 2), "too_many_fields"),
            ("an unclosed quote", "invitations", unclosed_quote("amal", "invitations", 5), "unclosed_quote"),
            ("too long for a cell", "contracts", counted_row("amal", "contracts", nis_code=TOO_LONG), "value_too_long"),
            ("the same row twice", "attests", identical_row("amal", "attests"), "duplicate"),
            (
                "another row with the same number",
                "contracts",
                superseded_row("amal", "contracts", "nis_code", "21004"),
                "superseded",
            ),
        ],
    ),
    *unusable_event_dates(
        "amal",
        "attests",
        EVENT_DATE,
        {
            "is missing": ("", "missing_event_date"),
            "is in AgII's form": ("05/05/2023", "unreadable_event_date"),
            "has a time": ("2023-05-05T10:00", "unreadable_event_date"),
            "lies after the reference date": ("2024-02-01", "event_date_after_reference_date"),
            "lies before 2004": ("1999-12-31", "event_date_too_early"),
        },
    ),
    *rejected(
        "atlas",
        [
            ("too many fields", "contracts", row_of_width("atlas", "contracts", 2), "too_many_fields"),
            (
                "too long for a cell",
                "attests",
                counted_row("atlas", "attests", nationality_code=Planter.TOO_LONG),
                "value_too_long",
            ),
            ("the same row twice", "contracts", identical_row("atlas", "contracts"), "duplicate"),
            (
                "another row with the same number",
                "attests",
                superseded_row("atlas", "attests", "gender_code", "?"),
                "superseded",
            ),
        ],
    ),
    *unusable_event_dates(
        "atlas",
        "contracts",
        EVENT_DATE,
        {
            "is missing": ("", "missing_event_date"),
            "is in Amal's form": ("2023-05-05", "unreadable_event_date"),
            "is a number": (45051, "unreadable_event_date"),
            "is true": (True, "unreadable_event_date"),
            "lies after the reference date": (datetime.datetime(2024, 2, 1, 9), "event_date_after_reference_date"),
            "lies before 2004": (datetime.date(2003, 12, 31), "event_date_too_early"),
        },
    ),
]

KEPT = [
    *kept(
        "agii",
        [
            ("no person number", "contracts", {"person_number": ""}, "invalid_person_number", None),
            ("a wrong check number", "contracts", {"person_number": "85073003329"}, "invalid_person_number", None),
            ("a person number too short", "attests", {"person_number": "8507300332"}, "invalid_person_number", None),
            ("no municipality", "contracts", {"nis_code": ""}, "empty_nis_code", None),
            ("an unknown municipality", "contracts", {"nis_code": "99999"}, "unknown_nis_code", "99999"),
            ("a municipality that merged", "contracts", {"nis_code": "12030"}, "nis_code_not_valid_on_day", "12030"),
            ("no nationality", "contracts", {"nationality_code": ""}, "empty_nationality", None),
            ("an unknown nationality", "contracts", {"nationality_code": "999"}, "unknown_nationality", "999"),
            ("a state that is gone", "attests", {"nationality_code": "169"}, "former_state", "169"),
            ("an unknown gender", "contracts", {"gender_code": "M"}, "unknown_gender", "M"),
            ("no target group", "contracts", {"target_group_code": ""}, "empty_target_group", None),
            ("an unknown target group", "contracts", {"target_group_code": "V"}, "unknown_target_group", "V"),
            ("no residence status", "contracts", {"residence_status_code": ""}, "empty_residence_status", None),
            (
                "an unknown residence status",
                "contracts",
                {"residence_status_code": "VR08"},
                "unknown_residence_status",
                "VR08",
            ),
            ("no type", "contracts", {"type_code": ""}, "empty_type_code", None),
            # After the last year of the question: an unknown type within its years refuses the export.
            (
                "an unknown type",
                "contracts",
                {"type_code": "TT_XYZ", "event_date_as_delivered": "15/01/2024"},
                "unknown_type_code",
                "TT_XYZ",
            ),
            ("no number", "contracts", {"event_number": ""}, "missing_event_number", None),
            (
                "an unknown reason",
                "invitations",
                {"not_registered_reason_code": "ZIEK"},
                "unknown_not_registered_reason",
                "ZIEK",
            ),
            (
                "a letter date that does not exist",
                "invitations",
                {"letter_sent_on_as_delivered": "31/02/2023"},
                "unusable_letter_date",
                "31/02/2023",
            ),
            (
                "a letter after the reference date",
                "invitations",
                {"letter_sent_on_as_delivered": "01/02/2024"},
                "unusable_letter_date",
                "01/02/2024",
            ),
            (
                "a registration date that is a word",
                "invitations",
                {"registered_on_as_delivered": "ja"},
                "unusable_registration_date",
                "ja",
            ),
            (
                "a registration before the extraction",
                "invitations",
                {"registered_on_as_delivered": "04/05/2023"},
                "registration_before_extraction",
                "04/05/2023",
            ),
        ],
    ),
    Kept(
        "agii attests: an attest before the first contract",
        "agii",
        "attests",
        attest_before_first_contract("agii"),
        "attest_before_first_contract",
        "05/05/2010",
    ),
    *kept(
        "amal",
        [
            ("a wrong check number", "attests", {"person_number": "85073003327"}, "invalid_person_number", None),
            ("an unknown nationality", "contracts", {"nationality_code": "Zaïre"}, "unknown_nationality", "Zaïre"),
            ("a state that is gone", "contracts", {"nationality_code": "SUN"}, "former_state", "SUN"),
            ("no gender", "contracts", {"gender_code": ""}, "empty_gender", None),
            ("an unknown gender", "contracts", {"gender_code": "1"}, "unknown_gender", "1"),
            (
                "an unknown attest type",
                "attests",
                {"type_code": "AI024", "event_date_as_delivered": "2024-01-15"},
                "unknown_type_code",
                "AI024",
            ),
            (
                "a letter date in AgII's form",
                "invitations",
                {"letter_sent_on_as_delivered": "05/05/2023"},
                "unusable_letter_date",
                "05/05/2023",
            ),
        ],
    ),
    Kept(
        "amal attests: an attest before the first contract",
        "amal",
        "attests",
        attest_before_first_contract("amal"),
        "attest_before_first_contract",
        "2010-05-05",
    ),
    *kept(
        "atlas",
        [
            ("a ten-digit text", "contracts", {"person_number": "1030212382"}, "invalid_person_number", None),
            ("an unknown municipality", "contracts", {"nis_code": 11999}, "unknown_nis_code", "11999"),
            ("an unknown nationality", "contracts", {"nationality_code": "XX"}, "unknown_nationality", "XX"),
            ("an unknown target group", "contracts", {"target_group_code": "Plicht"}, "unknown_target_group", "Plicht"),
            ("an empty residence status", "attests", {"residence_status_code": ""}, "empty_residence_status", None),
            (
                "a registration before the extraction",
                "invitations",
                {"registered_on_as_delivered": datetime.date(2023, 5, 4)},
                "registration_before_extraction",
                "04/05/2023",
            ),
            (
                "a registration date that is a number",
                "invitations",
                {"registered_on_as_delivered": 45051},
                "unusable_registration_date",
                "45051",
            ),
        ],
    ),
]


def plant_all(extracts: Path) -> dict[str, Place]:
    """Plant every row of `REJECTED` and `KEPT` in good extracts; return where, by the name of the rule."""
    planter = Planter(extracts)
    planted: list[Rejected | Kept] = [*REJECTED, *KEPT]
    places = {case.rule: Place(case.agency, case.event_type, case.plant(planter)) for case in planted}
    planter.add_harmless_rows()
    planter.save()
    return places
