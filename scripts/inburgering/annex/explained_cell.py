"""Find out what a figure of an annex counts, and which rows are behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import duckdb
from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from inburgering.annex.annex import TEXT, TOTAL, Annex, Block, Figure, Row
from inburgering.annex.question import Question, read_question
from inburgering.annex.reader import read_annex
from inburgering.warehouse.open_build import open_build
from inburgering.write_errors import reason

ROW_OF_FILE = "agency, delivery_version, file_name, sheet_name, row_number"
PERSON_COLUMNS = f"person_key, {ROW_OF_FILE}, event_number, attribution_date"
REVISED_COLUMNS = ", ".join(
    f"revised.{column}"
    for column in (
        *("person", "cause", "old_year", "old_agency", "old_row_number", "old_event_number"),
        *("new_year", "new_agency", "new_row_number", "new_event_number"),
    )
)
# With the rows by which each person counted and counts, whose members these are.
REVISED_PERSONS = """annex_revised_persons as revised
left join annex_counted_persons as earlier
    on revised.measure = earlier.measure and revised.previous_reference_date = earlier.reference_date
    and revised.old_agency = earlier.agency and revised.old_row_number = earlier.row_number
left join annex_counted_persons as later
    on revised.measure = later.measure and revised.reference_date = later.reference_date
    and revised.new_agency = later.agency and revised.new_row_number = later.row_number"""
MEDIAN = "select list_sort(list(counts_as), 'asc', 'nulls last')[cast(ceil(count(*) / 2) as integer)] from ({rows})"
# A fact names its row by agency, event type and row number; the current files give file, sheet and version.
FILE_OF_ROW = "inner join stg_landing__current_files using (reference_date, agency, event_type)"


@dataclass(frozen=True)
class Place:
    """Where a figure stands: its question, its Excel table, and its row and column in that table, from 0."""

    place: str
    question: Question
    table_name: str
    row: int
    column: int
    value: float
    header: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A figure: its block and row, header and codes of its column; and what it is, where the question chose it."""

    annex: Annex
    block: Block
    row: Row
    header: str
    codes: tuple[Any, ...]
    figure: Figure | None

    @property
    def labels(self) -> tuple[Any, ...]:
        """Return the labels of the row."""
        return self.row.cells[: self.block.label_columns]


@dataclass(frozen=True)
class Explanation:
    """What a figure counts, in words; the model that shows it; and SQL for the rows behind it.

    Every row has a column `counts_as`; these add up to the figure, for a share divided by those of `divisor`.
    For a median it is the smallest of these that at least half of the rows do not exceed; one without it exceeds all.
    """

    words: str
    model: str
    rows: str
    divisor: str | None = None
    is_median: bool = False

    def figure(self, connection: duckdb.DuckDBPyConnection) -> float:
        """Work the figure out anew from the rows behind it."""
        if self.is_median:
            return connection.execute(MEDIAN.format(rows=self.rows)).fetchall()[0][0]
        counted, divided_by = (_add_up(connection, rows) for rows in (self.rows, self.divisor))
        if self.divisor is None:
            return counted
        return counted / divided_by if divided_by else 0


@dataclass(frozen=True)
class Explained:
    """An explained figure: its words with the figure itself, the model that shows it, and the SQL and its rows."""

    words: str
    model: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]


def _add_up(connection: duckdb.DuckDBPyConnection, rows: str | None) -> int:
    if rows is None:
        return 0
    return int(connection.execute(f"select coalesce(sum(counts_as), 0) from ({rows})").fetchall()[0][0])


def explain_place(workbook: Path, place: str, warehouse: Path, last_green: bool = False) -> Explained:
    """Explain the figure at a place like `2c!D14` of a workbook from a warehouse, and read the rows behind it.

    Raises click.ClickException when no figure is there, the warehouse may not be used, or it has another figure by now.
    """
    found = find_place(workbook, place)
    with open_build(warehouse, last_green) as connection:
        explanation = explain(find_cell(found, read_annex(connection, found.question)))
        figure = explanation.figure(connection)
        if float(f"{figure:.16g}") != found.value:  # a workbook holds 16 digits of a fraction
            raise click.ClickException(
                f"{place} is {found.value}, but the warehouse has {figure}: one of the two changed since the "
                "export; export anew"
            )
        words = f"{explanation.words}, reference date {found.question.reference_date} = {found.value}"
        rows = connection.sql(explanation.rows)
        return Explained(words, explanation.model, explanation.rows, tuple(rows.columns), tuple(rows.fetchall()))


def question_of(workbook: Path) -> Question:
    """Return the question that a workbook answers; raises click.ClickException for a file that is no annex."""
    return read_question(_read(workbook).properties.identifier or "")


def find_place(workbook_path: Path, place: str) -> Place:
    """Return the figure at a place like `2c!D14`; raises click.ClickException when no figure is there."""
    sheet_name, _, coordinate = place.rpartition("!")
    coordinate = coordinate.replace("$", "").upper()
    try:
        # openpyxl fails in another way on no text at all.
        row, column = coordinate_to_tuple(coordinate or "no cell")
    except ValueError:
        raise click.ClickException(f"{place}: no cell; name a sheet and a cell like '2c!D14'") from None
    workbook = _read(workbook_path)
    sheet_name = sheet_name.strip("'")
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if sheet_name not in sheets:
        raise click.ClickException(f"{workbook_path}: no sheet {sheet_name!r}; it has {', '.join(sheets)}")
    question = read_question(workbook.properties.identifier or "")
    for name, reference in sheets[sheet_name].tables.items():
        first_column, header_row, last_column, last_row = range_boundaries(reference)
        if first_column <= column <= last_column and header_row < row:
            # The totals stand directly below the table: up to the next row without a figure.
            below = (sheets[sheet_name].cell(number, last_column).value for number in range(last_row + 1, row + 1))
            if any(value is None for value in below):
                continue
            value = sheets[sheet_name].cell(row, column).value
            if isinstance(value, int | float) and not isinstance(value, bool):
                header = str(sheets[sheet_name].cell(header_row, column).value)
                labels = tuple(
                    str(sheets[sheet_name].cell(row, number).value) for number in range(first_column, column)
                )
                return Place(place, question, name, row - header_row - 1, column - first_column, value, header, labels)
    raise click.ClickException(f"{workbook_path}: {place} is no figure of a table; choose a cell with a figure")


def _read(path: Path) -> Workbook:
    try:
        return load_workbook(path)
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read ({reason(error)})") from None
    except MemoryError:
        raise
    except Exception:  # openpyxl raises errors of every kind on a file that is something else
        raise click.ClickException(f"{path}: no workbook that can be read; name an annex that was exported") from None


def find_cell(place: Place, annex: Annex) -> Cell:
    """Return the figure of an annex that stands at a place of its workbook.

    Raises click.ClickException when the annex has no figure there any more.
    """
    for block in annex.blocks:
        if block.table_name == place.table_name and place.row < len(block.rows) and place.column < len(block.columns):
            column = block.columns[place.column]
            if column.kind != TEXT:
                row = block.rows[place.row]
                figure = row.figures[place.column - block.label_columns] if row.figures else None
                said = (column.header, *map(str, row.cells[: block.label_columns]))
                if said != (place.header, *place.labels[: block.label_columns]):
                    break
                return Cell(annex, block, row, column.header, column.codes, figure)
    raise click.ClickException(
        f"{place.place}: the warehouse was built anew since and has no figure there; export anew"
    )


def explain(cell: Cell) -> Explanation:
    """Return what a figure counts and how to list its rows."""
    return _explain_count(cell, cell.figure) if cell.figure else OWN_TABLES[cell.block.table_name](cell)


def _date(cell: Cell) -> str:
    return f"date '{cell.annex.question.reference_date}'"


def _rows(columns: str, model: str, *conditions: str, counts_as: str = "1") -> str:
    return f"select {counts_as} as counts_as, {columns}\nfrom {model}\nwhere " + "\n  and ".join(conditions)


def _persons(
    cell: Cell,
    measure: str,
    year: object,
    *conditions: str,
    reference_date: str | None = None,
    counts_as: str = "1",
) -> str:
    return _rows(
        PERSON_COLUMNS,
        f"annex_counted_persons {FILE_OF_ROW}",
        f"reference_date = {reference_date or _date(cell)}",
        f"measure = '{measure}'",
        f"year = {year}",
        *conditions,
        counts_as=counts_as,
    )


def _explain_count(cell: Cell, figure: Figure) -> Explanation:
    """A figure of the question: persons of a measure in a year, of one member or pair of members, or of all."""
    measure = cell.annex.measures[figure.measure]
    # Rows of years or of measures have no members.
    chosen = list(zip(cell.block.chosen.breakdown, cell.row.codes, cell.labels, strict=False))
    members = "".join(f", {breakdown}: {'all' if member == TOTAL else label}" for breakdown, member, label in chosen)
    conditions = [f"{breakdown} = '{member}'" for breakdown, member, _ in chosen if member != TOTAL]
    words = f"{measure.title} ({measure.measure}) of {figure.year}{members}"
    if measure.unit == "months":
        cohort = _persons(
            cell, str(measure.denominator), figure.year, *conditions, counts_as=f"months_to_{measure.next_step}"
        )
        words += f"; months of those counted as {measure.denominator}, listed here: half of them need no more"
        return Explanation(words, "annex_medians", cohort, is_median=True)
    if measure.numerator is None:
        return Explanation(words, "annex_figures", _persons(cell, measure.measure, figure.year, *conditions))
    counted, divided_by = (
        _persons(cell, str(of), figure.year, *conditions) for of in (measure.numerator, measure.denominator)
    )
    words += f"; a share is {measure.numerator}, listed here, divided by {measure.denominator}"
    return Explanation(words, "annex_figures", counted, divided_by)


def _explain_total(cell: Cell) -> Explanation:
    measure_label, breakdown_label = cell.labels
    (year,) = cell.codes
    return Explanation(
        f"{measure_label} of {year}, the figures by {breakdown_label.lower()} added up",
        "annex_checks_totals",
        _persons(cell, cell.row.codes[0], year),
    )


def _explain_delivery(cell: Cell) -> Explanation:
    agency, event_type = cell.row.codes
    conditions = [f"reference_date = {_date(cell)}"]
    if agency != TOTAL:
        conditions += [f"agency = '{agency}'", f"event_type = '{event_type}'"]
    accepted = _rows(
        f"{ROW_OF_FILE}, 'accepted' as verdict", f"int_events {FILE_OF_ROW}", *conditions, "rejection_reason is null"
    )
    rejected = _rows(f"{ROW_OF_FILE}, rejection_reason as verdict", f"int_rejected_rows {FILE_OF_ROW}", *conditions)
    rows = {"accepted": accepted, "rejected": rejected, "delivered": f"{accepted}\nunion all\n{rejected}"}
    label, file_name, sheet_name, *_ = cell.row.cells
    place = "all files" if agency == TOTAL else f"{label}, {file_name} {sheet_name.strip('–')}".strip()
    return Explanation(f"Rows ({cell.header.lower()}) of {place}", "annex_checks_deliveries", rows[cell.codes[0]])


def _explain_rejected(cell: Cell) -> Explanation:
    agency, event_type = cell.codes
    conditions = [f"reference_date = {_date(cell)}", f"agency = '{agency}'", f"event_type = '{event_type}'"]
    if not cell.row.is_total:
        conditions.append(f"rejection_reason = '{cell.row.codes[0]}'")
    return Explanation(
        f"Rows rejected of {cell.header}, reason: {cell.labels[0]}",
        "annex_checks_rejected",
        _rows(f"{ROW_OF_FILE}, rejection_reason", f"int_rejected_rows {FILE_OF_ROW}", *conditions),
    )


def _explain_warnings(cell: Cell) -> Explanation:
    (agency,) = cell.codes
    conditions = [f"reference_date = {_date(cell)}", f"agency = '{agency}'"]
    if not cell.row.is_total:
        conditions.append(f"warning = '{cell.row.codes[0]}'")
    return Explanation(
        f"Warnings about rows of {cell.header} that count, warning: {cell.labels[0]}",
        "annex_checks_warnings",
        _rows(f"{ROW_OF_FILE}, warning", f"int_event_warnings {FILE_OF_ROW}", *conditions),
    )


def _explain_published(cell: Cell) -> Explanation:
    year, measure, breakdown, member = cell.row.codes
    rows = _rows(
        "measure, year, breakdown, member, persons, persons_published, difference, published_on, source",
        "annex_checks_published",
        f"reference_date = {_date(cell)}",
        f"year = {year}",
        f"measure = '{measure}'",
        f"breakdown = '{breakdown}'",
        f"member = '{member}'",
        counts_as=str(cell.codes[0]),
    )
    label = cell.labels[0]
    words = f"{cell.header} of {label}: a published figure beside the annex's own, whose rows its own tab lists"
    return Explanation(words, "annex_checks_published", rows)


def _revised(cell: Cell, measure: str, *conditions: str, counts_as: str = "1") -> str:
    about = (f"revised.reference_date = {_date(cell)}", f"revised.measure = '{measure}'")
    return _rows(REVISED_COLUMNS, REVISED_PERSONS, *about, *conditions, counts_as=counts_as)


def _compared_years(cell: Cell, side: str) -> str:
    question, previous = cell.annex.question, cell.annex.previous_reference_date
    last_year = min(question.last_year, previous.year - 1) if previous else question.last_year
    return f"revised.{side}_year between {question.first_year} and {last_year}"


def _explain_cause(cell: Cell) -> Explanation:
    (measure,) = cell.codes
    conditions = [f"({_compared_years(cell, 'old')} or {_compared_years(cell, 'new')})"]
    if not cell.row.is_total:
        conditions.append(f"revised.cause = '{cell.row.codes[0]}'")
    return Explanation(
        f"{cell.header}: persons counted otherwise than at the previous reference date, cause: {cell.labels[0]}",
        "annex_revision_moves",
        _revised(cell, measure, *conditions),
    )


def _explain_attribute(cell: Cell) -> Explanation:
    measure, breakdown, old_member, new_member = cell.row.codes
    measure_label, breakdown_label, old_label, new_label = cell.labels
    return Explanation(
        f"{measure_label}: persons whose {breakdown_label.lower()} was {old_label} and is {new_label}, on one row",
        "annex_revision_moves",
        _revised(
            cell,
            measure,
            "revised.cause = 'other_attributes'",
            f"earlier.{breakdown} = '{old_member}'",
            f"later.{breakdown} = '{new_member}'",
            _compared_years(cell, "old"),
        ),
    )


def _explain_revision(cell: Cell) -> Explanation:
    measure, year, breakdown, member = cell.row.codes
    measure_label, _, breakdown_label, label = cell.labels
    (code,) = cell.codes
    words = f"{measure_label} of {year}, {breakdown_label}: {label}: {cell.header.lower()}"
    model = "annex_revision"
    of_member = f"{breakdown} = '{member}'"
    if code == "now":
        return Explanation(words, model, _persons(cell, measure, year, of_member))
    if code == "before":
        previous = f"date '{cell.annex.previous_reference_date}'"
        return Explanation(words, model, _persons(cell, measure, year, of_member, reference_date=previous))
    conditions = [] if code == "difference" else [f"revised.cause = '{code}'"]
    sides = [
        _revised(cell, measure, *conditions, f"{side}.year = {year}", f"{side}.{of_member}", counts_as=counts_as)
        for side, counts_as in (("later", "1"), ("earlier", "-1"))
    ]
    words += "; a person who is counted here now is one more, a person who was counted here before is one less"
    return Explanation(words, model, "\nunion all\n".join(sides))


OWN_TABLES: dict[str, Callable[[Cell], Explanation]] = {
    "controle_totalen": _explain_total,
    "controle_leveringen": _explain_delivery,
    "controle_terzijde": _explain_rejected,
    "controle_opmerkingen": _explain_warnings,
    "controle_gepubliceerd": _explain_published,
    "herziening_oorzaken": _explain_cause,
    "herziening_kenmerken": _explain_attribute,
    "herziening_cijfers": _explain_revision,
}
