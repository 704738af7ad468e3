"""Find out what a figure of an annex counts, and which rows are behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from inburgering.annex_data import (
    FACT_LABELS,
    MEASURE_TITLES,
    REACH_COLUMNS,
    SHORT_AGENCY_LABELS,
    TOTAL_LABEL,
)
from inburgering.question import REACH, Question, TableChoice, read_question

PERSON_COLUMNS = "person_key, agency, delivery_version, file_name, sheet_name, row_number, record_number, event_date"
ROW_COLUMNS = "agency, delivery_version, file_name, sheet_name, row_number"
REVISED_COLUMNS = "person_key, cause, old_year, old_agency, old_record_number, new_year, new_agency, new_record_number"


@dataclass(frozen=True)
class Cell:
    """A figure of the annex: its place, the Excel table and column it is in, its value and the cells of its row."""

    place: str
    question: Question
    table_name: str
    column: str
    value: float
    row: dict[str, object]

    @property
    def labels(self) -> list[object]:
        """Return the cells of the row, labels first."""
        return list(self.row.values())


@dataclass(frozen=True)
class Explanation:
    """What a figure counts, in words; the model that shows it; and SQL for the rows behind it.

    Every row has a column `counts_as`; these add up to the figure, for a reach divided by those of `divisor`.
    """

    words: str
    model: str
    rows: str
    divisor: str | None = None

    def figure(self, connection: duckdb.DuckDBPyConnection) -> float:
        """Work the figure out anew from the rows behind it."""
        counted, divided_by = (_add_up(connection, rows) for rows in (self.rows, self.divisor))
        if self.divisor is None:
            return counted
        return counted / divided_by if divided_by else 0


def _add_up(connection: duckdb.DuckDBPyConnection, rows: str | None) -> int:
    if rows is None:
        return 0
    return int(connection.execute(f"select coalesce(sum(counts_as), 0) from ({rows})").fetchall()[0][0])


def find_cell(workbook_path: Path, place: str) -> Cell:
    """Return the figure at a place like `2c!D14`; raises click.ClickException when no figure is there."""
    sheet_name, _, coordinate = place.rpartition("!")
    try:
        workbook = load_workbook(workbook_path)
        row, column = coordinate_to_tuple(coordinate.replace("$", "").upper())
    except (OSError, KeyError, ValueError) as error:
        text = " ".join(str(error).split())
        raise click.ClickException(
            f"{workbook_path} {place}: not a workbook and a cell like '2c!D14' ({text})"
        ) from None
    sheet_name = sheet_name.strip("'")
    if sheet_name not in workbook.sheetnames:
        raise click.ClickException(f"{workbook_path}: no sheet {sheet_name!r}; it has {', '.join(workbook.sheetnames)}")
    question = read_question(workbook.properties.identifier or "")
    sheet = workbook[sheet_name]
    for name, reference in sheet.tables.items():
        first_column, header_row, last_column, last_row = range_boundaries(reference)
        if first_column <= column <= last_column and header_row < row <= last_row:
            headers = [sheet.cell(header_row, shown).value for shown in range(first_column, last_column + 1)]
            values = [sheet.cell(row, shown).value for shown in range(first_column, last_column + 1)]
            value = values[column - first_column]
            if not isinstance(value, str):
                header = headers[column - first_column]
                return Cell(place, question, name, header, value, dict(zip(headers, values, strict=True)))
    raise click.ClickException(f"{workbook_path}: {place} is no figure of a table; choose a cell with a figure")


def explain(cell: Cell) -> Explanation:
    """Return what a figure counts and how to list its rows."""
    for table in cell.question.tables:
        if table.name == cell.table_name:
            return _explain_count(cell, table)
    return OWN_TABLES[cell.table_name](cell)


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _date(cell: Cell) -> str:
    return f"date '{cell.question.reference_date}'"


def _member(breakdown: str, label: object) -> str:
    return f"(select member from annex_members where breakdown = '{breakdown}' and label = {_text(label)})"


def _code(seed: str, column: str, label: object) -> str:
    return f"(select {column} from {seed} where label = {_text(label)})"


def _rows(columns: str, model: str, *conditions: str, counts_as: str = "1") -> str:
    return f"select {counts_as} as counts_as, {columns}\nfrom {model}\nwhere " + "\n  and ".join(conditions)


def _persons(cell: Cell, measure: str, year: object, *conditions: str) -> str:
    return _rows(
        PERSON_COLUMNS,
        "annex_counted_persons",
        f"reference_date = {_date(cell)}",
        f"measure = {measure}",
        f"year = {year}",
        *conditions,
    )


def _explain_count(cell: Cell, table: TableChoice) -> Explanation:
    """A figure of the question: persons of a measure in a year, of one member or pair of members, or of all."""
    measure = table.measure
    if table.is_reach:
        measure = next(name for name, column in REACH_COLUMNS.items() if column.header == cell.column)
    year = cell.question.last_year if table.is_of_last_year else int(cell.column)
    chosen = [(breakdown, label) for breakdown, label in zip(table.breakdown, cell.labels, strict=False)]
    members = ", ".join(f"{breakdown}: {'all' if label == TOTAL_LABEL else label}" for breakdown, label in chosen)
    conditions = [f"{breakdown} = {_member(breakdown, label)}" for breakdown, label in chosen if label != TOTAL_LABEL]
    words = f"{MEASURE_TITLES[measure]} ({measure}) of {year}, {members}"
    if measure != REACH:
        return Explanation(words, table.model, _persons(cell, _text(measure), year, *conditions))
    registered, invited = (_persons(cell, _text(of), year, *conditions) for of in ("registered", "invited"))
    words += "; a reach is the registered, listed here, divided by the invited"
    return Explanation(words, table.model, registered, invited)


def _explain_total(cell: Cell) -> Explanation:
    measure_label, breakdown_label, *_ = cell.labels
    return Explanation(
        f"{measure_label} of {cell.column}, the figures by {breakdown_label.lower()} added up",
        "annex_control_totals",
        _persons(cell, _code("measures", "measure", measure_label), cell.column),
    )


def _explain_delivery(cell: Cell) -> Explanation:
    agency, file_name, sheet_name, *_ = cell.labels
    conditions = [f"reference_date = {_date(cell)}"]
    if agency != TOTAL_LABEL:
        conditions += [f"agency = {_code('dim_agency', 'agency', agency)}", f"file_name = {_text(file_name)}"]
        conditions += [f"sheet_name = {_text(sheet_name)}"] if sheet_name != "–" else []
    accepted = _rows(f"{ROW_COLUMNS}, 'accepted' as judgement", "annex_accepted_rows", *conditions)
    set_aside = _rows(f"{ROW_COLUMNS}, set_aside_reason as judgement", "int_records_set_aside", *conditions)
    rows = {"Aanvaard": accepted, "Terzijde": set_aside, "Aangeleverd": f"{accepted}\nunion all\n{set_aside}"}
    place = "all files" if agency == TOTAL_LABEL else f"{agency}, {file_name} {sheet_name.strip('–')}".strip()
    return Explanation(f"Rows ({cell.column.lower()}) of {place}", "annex_control_deliveries", rows[cell.column])


def _explain_set_aside(cell: Cell) -> Explanation:
    agency, fact = next(
        (agency, fact)
        for agency, agency_label in SHORT_AGENCY_LABELS.items()
        for fact, fact_label in FACT_LABELS.items()
        if cell.column == f"{agency_label} {fact_label}"
    )
    reason = cell.labels[0]
    conditions = [f"reference_date = {_date(cell)}", f"agency = '{agency}'", f"fact = '{fact}'"]
    if reason != TOTAL_LABEL:
        conditions.append(f"set_aside_reason = {_code('set_aside_reasons', 'set_aside_reason', reason)}")
    return Explanation(
        f"Rows set aside of {cell.column}, reason: {reason}",
        "annex_control_set_aside",
        _rows(f"{ROW_COLUMNS}, set_aside_reason", "int_records_set_aside", *conditions),
    )


def _explain_remarks(cell: Cell) -> Explanation:
    agency = next(agency for agency, label in SHORT_AGENCY_LABELS.items() if label == cell.column)
    remark = cell.labels[0]
    conditions = [f"reference_date = {_date(cell)}", f"agency = '{agency}'"]
    if remark != TOTAL_LABEL:
        conditions.append(f"remark_kind = {_code('remark_kinds', 'remark_kind', remark)}")
    return Explanation(
        f"Remarks on rows of {cell.column} that count, remark: {remark}",
        "annex_control_remarks",
        _rows(f"{ROW_COLUMNS}, remark_kind, delivered_value", "int_record_remarks", *conditions),
    )


def _explain_published(cell: Cell) -> Explanation:
    label = cell.labels[0]
    counts_as = {"Gepubliceerd": "persons_published", "Bijlage": "persons", "Verschil": "difference"}[cell.column]
    rows = _rows(
        "measure, year, breakdown, member, persons, persons_published, difference, published_on, source",
        "annex_control_published",
        f"reference_date = {_date(cell)}",
        f"label = {_text(label)}",
        counts_as=counts_as,
    )
    words = f"{cell.column} of {label}: a published figure beside the annex's own, whose rows its own tab lists"
    return Explanation(words, "annex_control_published", rows)


def _explain_cause(cell: Cell) -> Explanation:
    measure = next(measure for measure, title in MEASURE_TITLES.items() if title == cell.column)
    cause = cell.labels[0]
    return Explanation(
        f"{cell.column}: persons who are counted otherwise than at the previous reference date, cause: {cause}",
        "annex_revision_causes",
        _rows(
            REVISED_COLUMNS,
            "annex_revised_persons",
            f"reference_date = {_date(cell)}",
            f"measure = '{measure}'",
            f"cause = {_code('revision_causes', 'cause', cause)}",
        ),
    )


def _explain_revision(cell: Cell) -> Explanation:
    measure_label, year, agency_label, *_ = cell.labels
    measure, agency = _code("measures", "measure", measure_label), _member("agency", agency_label)
    words = f"{measure_label} of {year}, {agency_label}: {cell.column.lower()}"
    model = "annex_revision"
    if cell.column == "Nu":
        return Explanation(words, model, _persons(cell, measure, year, f"agency = {agency}"))
    if cell.column == "Vorige":
        previous = f"(select max(previous_reference_date) from annex_revision where reference_date = {_date(cell)})"
        conditions = (f"reference_date = {previous}", f"measure = {measure}", f"year = {year}", f"agency = {agency}")
        return Explanation(words, model, _rows(PERSON_COLUMNS, "annex_counted_persons", *conditions))
    conditions = [f"reference_date = {_date(cell)}", f"measure = {measure}"]
    if cell.column != "Verschil":
        conditions.append(f"cause = {_code('revision_causes', 'cause', cell.column)}")
    sides = [
        _rows(
            REVISED_COLUMNS,
            "annex_revised_persons",
            *conditions,
            f"{side}_year = {year}",
            f"{side}_agency = {agency}",
            counts_as=counts_as,
        )
        for side, counts_as in (("new", "1"), ("old", "-1"))
    ]
    words += "; who is counted here now is one more, who was counted here before is one less"
    return Explanation(words, model, "\nunion all\n".join(sides))


OWN_TABLES: dict[str, Callable[[Cell], Explanation]] = {
    "controle_totalen": _explain_total,
    "controle_leveringen": _explain_delivery,
    "controle_terzijde": _explain_set_aside,
    "controle_opmerkingen": _explain_remarks,
    "controle_gepubliceerd": _explain_published,
    "herziening_oorzaken": _explain_cause,
    "herziening_cijfers": _explain_revision,
}
