"""Write the figures of the annex as a data package: a tidy CSV per tab, and what its columns are in datapackage.json.

The figures are those of the annex's tables, one per row. Standard: https://datapackage.org, version 2.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import click

from inburgering.annex.annex import ABSENT, TOTAL, TOTAL_BREAKDOWN, Annex, Block, TabContents
from inburgering.annex.plain_cell import FORMULA_STARTS
from inburgering.annex.texts import (
    REJECTED,
    accepted_rejections_note,
    annex_title,
    definitions,
    file_text,
    filled_definition,
    source_line,
    status_line,
    tab_notes,
    titled,
)

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DESCRIPTOR = "datapackage.json"
CSV_NAME = re.compile(r"tab_\w+\.csv")
LICENCE = {
    "name": "EUPL-1.2",
    "title": "European Union Public Licence 1.2",
    "path": "https://spdx.org/licenses/EUPL-1.2.html",
}

# Name, type, title and description of every column of the package.
COLUMNS = {
    "table": ("string", "Tabel", "De Excel-tabel van de bijlage waarin het cijfer staat."),
    "reference_date": ("date", "Peildatum", "De dag waarvan het cijfer de toestand weergeeft."),
    "year": ("year", "Jaar", "Het kalenderjaar waarin de personen geteld zijn."),
    "measure": ("string", "Maat", "Wat er geteld is."),
    "breakdown": ("string", "Uitsplitsing", "Waarnaar de personen uitgesplitst zijn."),
    "member": ("string", "Code", "De code van de rij binnen de uitsplitsing; ‘totaal’ voor het totaal."),
    "label": ("string", "Naam", "De naam van de rij, zoals in de bijlage."),
    "second_breakdown": ("string", "Tweede uitsplitsing", "Waarnaar de personen verder uitgesplitst zijn."),
    "second_member": ("string", "Tweede code", "De code binnen de tweede uitsplitsing; ‘totaal’ voor alle samen."),
    "second_label": ("string", "Tweede naam", "De naam binnen de tweede uitsplitsing, zoals in de bijlage."),
    "persons": ("integer", "Aantal personen", "Aantal personen; nul is geen enkele persoon."),
    "share": (
        "number",
        "Aandeel",
        "Aandeel van 0 tot 1; leeg waar er niemand in die groep is, of waar het nog niet te zeggen is.",
    ),
    "months": ("integer", "Aantal maanden", "Mediaan, in maanden; leeg waar die nog niet te zeggen is."),
    "provisional": ("boolean", "Voorlopig", "Of de cijfers van het jaar voorlopig zijn."),
    "total": ("boolean", "Totaal", "Of de rij het totaal van de tabel is; tel haar niet bij de andere rijen op."),
}
UNITS = {"persons": "personen", "share": "aandeel van 0 tot 1", "months": "maanden"}
KEY = ("table", "reference_date", "year", "measure", "member", "second_member")
CROSSED_COLUMNS = ("second_breakdown", "second_member", "second_label")


@dataclass(frozen=True)
class TidyTable:
    """A CSV file of the package: its name without suffix, what it holds, and its columns and rows as text."""

    name: str
    title: str
    description: str
    columns: tuple[str, ...]
    primary_key: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def values_of(self, column: str) -> list[str]:
        """Return the different values of a column, in their order."""
        place = self.columns.index(column)
        return list(dict.fromkeys(row[place] for row in self.rows))

    def content(self) -> bytes:
        """Return the file as bytes: UTF-8, comma, LF, quotes where RFC 4180 needs them."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([self.columns, *self.rows])
        return text.getvalue().encode()


def package_folder(workbook: Path) -> Path:
    """Return the folder of the package that belongs to a workbook: its name without suffix.

    Raises click.ClickException when that is no folder, or holds anything but a package made before.
    """
    folder = workbook.with_suffix("")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise click.ClickException(
            f"{folder}: the data package goes here; move this file or name another with --output"
        )
    strangers = [
        path.name for path in (sorted(folder.iterdir()) if folder.exists() else []) if not _belongs_to_a_package(path)
    ]
    if strangers:
        raise click.ClickException(
            f"{folder}: the data package goes here, but it holds {strangers[0]}; move that or name another file "
            "with --output"
        )
    return folder


def _belongs_to_a_package(path: Path) -> bool:
    return path.is_file() and (path.name == DESCRIPTOR or CSV_NAME.fullmatch(path.name) is not None)


def write_package(folder: Path, annex: Annex) -> None:
    """Write the package of an annex into a new folder."""
    folder.mkdir()
    for name, content in _files(annex).items():
        (folder / name).write_bytes(content)


def check_package(folder: Path, annex: Annex) -> None:
    """Read a written package back and compare every line with the annex.

    Raises click.ClickException naming the first line that differs, or a file that is missing or not described.
    """
    expected = {f"{table.name}.csv": table for table in tidy_tables(annex)}
    if {path.name for path in folder.iterdir()} != {DESCRIPTOR, *expected}:
        raise click.ClickException(f"{folder}: files are missing or unexpected; report this as a bug")
    described = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))["resources"]
    hashes = {resource["path"]: resource["hash"] for resource in described}
    for name, table in expected.items():
        path = folder / name
        if hashes[name] != _hash(path.read_bytes()):
            raise click.ClickException(f"{path}: is not the file that {DESCRIPTOR} describes; report this as a bug")
        with path.open(encoding="utf-8", newline="") as file:
            written = [tuple(row) for row in csv.reader(file)]
        wanted = [table.columns, *table.rows]
        for line, (found, row) in enumerate(zip(written, wanted, strict=False), start=1):
            if found != row:
                raise click.ClickException(f"{path}, line {line}: is {found}, the warehouse says {row}")
        if len(written) != len(wanted):
            raise click.ClickException(f"{path}: has {len(written)} lines, the warehouse {len(wanted)}")


def tidy_tables(annex: Annex) -> list[TidyTable]:
    """Return the files of a package, one per tab that has figures."""
    tables: list[TidyTable] = []
    for contents in annex.tabs:
        name = _file_name(contents.tab.name, {table.name for table in tables})
        tables.append(_tab_table(name, contents, annex))
    for table in tables:
        _refuse_formulas(table)
    return tables


def _file_name(tab: str, taken: set[str]) -> str:
    ascii_name = unicodedata.normalize("NFKD", tab.casefold()).encode("ascii", "ignore").decode()
    name = "tab_" + (re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_") or "x")
    while name in taken:
        name += "_x"
    return name


def _tab_table(name: str, contents: TabContents, annex: Annex) -> TidyTable:
    question, tab = annex.question, contents.tab
    measures = {figure.measure for block in contents.blocks for row in block.rows for figure in row.figures}
    left_out: set[str] = set()
    units = {annex.measures[measure].unit for measure in measures}
    left_out.update({"share", "months"} - units)
    if not any(len(table.breakdown) > 1 for table in tab.tables):
        left_out.update(CROSSED_COLUMNS)
    columns = tuple(column for column in COLUMNS if column not in left_out)
    rows = [
        tuple(cells[column] for column in columns) for block in contents.blocks for cells in _observations(block, annex)
    ]
    asked = " ".join(question.sub_questions[part] for part in tab.answers)
    description = " ".join([asked, status_line(question), source_line(annex), *tab_notes(annex, contents)])
    key = tuple(column for column in KEY if column in columns)
    return TidyTable(
        name,
        titled(f"{tab.name}. {question.title_of(tab)}", annex.is_synthetic),
        description,
        columns,
        key,
        tuple(rows),
    )


def _observations(block: Block, annex: Annex) -> list[dict[str, str]]:
    """Return the figures of one table of the annex, one by one."""
    question = annex.question
    breakdowns = (*block.chosen.breakdown, TOTAL_BREAKDOWN, TOTAL_BREAKDOWN)[:2]
    everything = annex.breakdowns[TOTAL_BREAKDOWN]
    observations = []
    for row in block.rows:
        # Rows of years and of measures are of all persons.
        width = len(block.chosen.breakdown)
        members = (*row.codes[:width], TOTAL, TOTAL)[:2]
        labels = (*row.cells[:width], everything, everything)[:2]
        for figure, value in zip(row.figures, row.cells[block.label_columns :], strict=True):
            unit = annex.measures[figure.measure].unit
            shown = "" if value in ABSENT.values() else str(value)
            observations.append(
                {
                    "table": block.table_name,
                    "reference_date": str(question.reference_date),
                    "year": str(figure.year),
                    "measure": figure.measure,
                    "breakdown": breakdowns[0],
                    "member": members[0],
                    "label": labels[0],
                    "second_breakdown": breakdowns[1],
                    "second_member": members[1],
                    "second_label": labels[1],
                    **{other: shown if unit == other else "" for other in UNITS},
                    "provisional": _truth(figure.year in question.provisional_years),
                    "total": _truth(row.is_total),
                }
            )
    return observations


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _refuse_formulas(table: TidyTable) -> None:
    """Raise click.ClickException for a text that a spreadsheet would take for a formula when it opens the CSV."""
    for column in table.columns:
        if COLUMNS[column][0] != "string":
            continue
        for text in table.values_of(column):
            if len(text) > 1 and text.startswith(FORMULA_STARTS):
                raise click.ClickException(
                    f"{table.name}.csv: {column} {text!r} starts as a formula does; change that text in its seed"
                )


def _files(annex: Annex) -> dict[str, bytes]:
    tables = tidy_tables(annex)
    contents = {f"{table.name}.csv": table.content() for table in tables}
    descriptor = _descriptor(annex)
    descriptor["resources"] = [_resource(table, contents[f"{table.name}.csv"], annex) for table in tables]
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    return {**contents, DESCRIPTOR: text.encode()}


def _descriptor(annex: Annex) -> dict[str, object]:
    question = annex.question
    created = datetime.datetime.combine(question.reference_date, datetime.time(), datetime.UTC)
    notes = "".join(f"\n\n{REJECTED}: {accepted_rejections_note(one)}" for one in annex.accepted_rejections)
    defined = "\n".join(f"- {term}: {text}" for term, text in definitions(annex).items())
    return {
        "$schema": PROFILE,
        "name": question.name,
        "title": f"{annex_title(annex)}: {question.title}",
        "description": f"{status_line(question)}{notes}\n\nDefinities:\n\n{defined}",
        "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "keywords": ["inburgering", "contracten", "attesten", "wervingsbrieven"],
        "licenses": [LICENCE],
        "sources": _sources(annex),
        "provenance": annex.provenance,
    }


def _sources(annex: Annex) -> list[dict[str, object]]:
    """Return the delivered files."""
    return [
        {
            "title": titled(
                f"{source.agency_label}: {file_text(source.file_name, source.sheet_name)}", annex.is_synthetic
            ),
            "version": str(source.delivery_version),
        }
        for source in annex.sources
    ]


def _resource(table: TidyTable, content: bytes, annex: Annex) -> dict[str, object]:
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "type": "table",
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "bytes": len(content),
        "hash": _hash(content),
        "schema": {
            "fields": [_field(table, column, annex) for column in table.columns],
            "primaryKey": list(table.primary_key),
            "missingValues": [""],
        },
    }


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _field(table: TidyTable, column: str, annex: Annex) -> dict[str, object]:
    kind, title, description = COLUMNS[column]
    field: dict[str, object] = {"name": column, "type": kind, "title": title, "description": description}
    required = column not in UNITS or (column == "persons" and not {"share", "months"} & set(table.columns))
    constraints: dict[str, object] = {"required": True} if required else {}
    if column in ("table", "measure", "breakdown", "second_breakdown"):
        constraints["enum"] = table.values_of(column)
    if column == "measure":
        shown = table.values_of(column)
        field["description"] = " ".join(
            [description, *(f"‘{value}’: {filled_definition(annex.measures[value], annex.rules)}" for value in shown)]
        )
        field["categories"] = [{"value": value, "label": _measure_label(value, annex)} for value in shown]
    if column in ("breakdown", "second_breakdown"):
        labels = annex.breakdowns
        field["categories"] = [{"value": value, "label": labels[value]} for value in table.values_of(column)]
    if column == "year":
        constraints |= {"minimum": annex.question.first_year, "maximum": annex.question.last_year}
    if column in UNITS:
        constraints["minimum"] = 0
    if column == "share":
        constraints["maximum"] = 1
    if column in UNITS:
        field["unit"] = UNITS[column]
    if constraints:
        field["constraints"] = constraints
    return field


def _measure_label(measure: str, annex: Annex) -> str:
    """Return the name of a measure: as in the title of a table, of a share as in a column header."""
    return annex.measures[measure].label if annex.measures[measure].is_share else annex.measures[measure].title
