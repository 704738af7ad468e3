"""Read a written annex back and compare every figure in it with the warehouse, by SQL that no writer uses."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb
from openpyxl import Workbook, load_workbook

from inburgering.annex.question import Question, TableChoice

# (row, column, measure, year, persons) of two breakdowns either way round, with the totals that the cube holds once.
COUNTED_CELLS = """
with counted as (
    select * from annex_cube where reference_date = $reference_date
),
cells as (
    select measure, year, member as first_member, second_member, persons
    from counted where breakdown = $first and second_breakdown = $second
    union all
    select measure, year, second_member, member, persons
    from counted where breakdown = $second and second_breakdown = $first
    union all
    select measure, year, member, 'totaal', persons
    from counted where $second <> 'total' and breakdown = $first and second_breakdown = 'total'
    union all
    select measure, year, 'totaal', member, persons
    from counted where $second <> 'total' and breakdown = $second and second_breakdown = 'total'
    union all
    select measure, year, 'totaal', 'totaal', persons
    from counted where breakdown = 'total'
)
select first_members.label, second_members.label, cells.measure, cells.year, cells.persons
from cells
inner join annex_members as first_members
    on first_members.breakdown = $first and cells.first_member = first_members.member
inner join annex_members as second_members
    on second_members.breakdown = $second and cells.second_member = second_members.member
"""
ALWAYS_SHOWN = """
select first_members.label, second_members.label
from annex_members as first_members
cross join annex_members as second_members
where
    first_members.breakdown = $first and second_members.breakdown = $second
    and 'nationality' not in ($first, $second)
    and $day between coalesce(first_members.listed_from, $day) and coalesce(first_members.listed_until, $day)
    and $day between coalesce(second_members.listed_from, $day) and coalesce(second_members.listed_until, $day)
"""

# (row, column, figure) of the tables that every annex has; the labels of a row stand behind one another.
OWN_CELLS = {
    "controle_totalen": """
        select measure_label || breakdown_label, cast(year as varchar), persons from annex_checks_totals
        where reference_date = $reference_date and year between $first_year and $last_year
    """,
    "controle_leveringen": """
        unpivot (
            select
                agency_label || coalesce(file_name, '–') || coalesce(sheet_name, '–'),
                rows_delivered as "Aangeleverd", rows_accepted as "Aanvaard", rows_rejected as "Terzijde"
            from annex_checks_deliveries where reference_date = $reference_date
        ) on "Aangeleverd", "Aanvaard", "Terzijde"
    """,
    "controle_terzijde": """
        select label, file_label, rows_rejected from annex_checks_rejected where reference_date = $reference_date
    """,
    "controle_opmerkingen": """
        select label, short_label, rows_warned from annex_checks_warnings where reference_date = $reference_date
    """,
    "controle_gepubliceerd": """
        unpivot (
            select
                label, persons_published as "Gepubliceerd", persons as "Bijlage",
                persons - persons_published as "Verschil"
            from annex_checks_published
            where reference_date = $reference_date and year between $first_year and $last_year
        ) on "Gepubliceerd", "Bijlage", "Verschil"
    """,
    "herziening_oorzaken": """
        with revised as (
            select measure, cause, persons from annex_revision_moves
            where
                reference_date = $reference_date and breakdown = 'gender'
                and list_has_any(
                    range($first_year, least($last_year + 1, year(previous_reference_date))), [old_year, new_year]
                )
        ),
        compared as (
            select 1 from annex_compared_dates
            where reference_date = $reference_date and year(previous_reference_date) > $first_year
        )
        select causes.label, measures.label, coalesce(sum(revised.persons), 0)
        from revision_causes as causes cross join measures
        left join revised on causes.cause = revised.cause and measures.measure = revised.measure
        where measures.is_revised and causes.cause in (select cause from revised)
        group by all
        union all
        select 'Totaal', measures.label, coalesce(sum(revised.persons), 0)
        from measures left join revised on measures.measure = revised.measure
        where measures.is_revised and exists (from compared)
        group by all
    """,
    "herziening_kenmerken": """
        select measures.label || breakdowns.label || old_members.label || new_members.label, 'Personen', sum(persons)
        from annex_revision_moves as moves
        inner join measures using (measure)
        inner join annex_breakdowns as breakdowns using (breakdown)
        inner join annex_members as old_members
            on old_members.breakdown = moves.breakdown and old_members.member = moves.old_member
        inner join annex_members as new_members
            on new_members.breakdown = moves.breakdown and new_members.member = moves.new_member
        where
            reference_date = $reference_date and cause = 'other_attributes' and old_member <> new_member
            and old_year between $first_year and $last_year and old_year < year(previous_reference_date)
        group by all
    """,
    "herziening_cijfers": """
        with cells as (
            select
                measures.label || year || breakdowns.label || members.label as place, causes.label as cause_label,
                persons_before, persons_now, difference_by_cause
            from annex_revision
            inner join measures using (measure)
            inner join annex_breakdowns as breakdowns using (breakdown)
            inner join annex_members as members using (breakdown, member)
            inner join revision_causes as causes using (cause)
            where
                reference_date = $reference_date and year between $first_year and $last_year
                and measure || ' ' || breakdown in $shown
            qualify count_if(difference_by_cause <> 0) over (partition by measure, year, breakdown, member) > 0
        )
        select places.place, causes.cause_label, coalesce(cells.difference_by_cause, 0)
        from (select distinct place from cells) as places
        cross join (select distinct cause_label from cells) as causes
        left join cells on cells.place = places.place and cells.cause_label = causes.cause_label
        union all select distinct place, 'Vorige', persons_before from cells
        union all select distinct place, 'Nu', persons_now from cells
        union all select distinct place, 'Verschil', persons_now - persons_before from cells
    """,
}
LABEL_HEADERS = (
    "Agentschap", "Bestand", "Blad", "Maat", "Som over", "Jaar", "Reden", "Opmerking", "Cijfer", "Oorzaak", "Kenmerk",
    "Waarde", "Van", "Naar",
)  # fmt: skip


def check_workbook(path: Path, question: Question, connection: duckdb.DuckDBPyConnection) -> int:
    """Compare every figure of every table in a workbook with the warehouse; return how many figures there were.

    Raises click.ClickException naming the first figure that differs, a row that is missing or doubled, or a table that
    is missing or not expected.
    """
    workbook = load_workbook(path)
    found = {
        name: [[cell.value for cell in row] for row in sheet[table.ref]] for sheet, name, table in _tables(workbook)
    }
    expected = {table.name: _expected(table, question, connection) for table in question.tables}
    for name in OWN_CELLS:
        cells = _own_cells(name, question, connection)
        if cells:
            expected[name] = cells
    if set(found) != set(expected):
        differing = ", ".join(sorted(set(found) ^ set(expected)))
        raise click.ClickException(f"{path}: the tables {differing} are missing or unexpected; report this as a bug")
    choices = {table.name: table for table in question.tables}
    for name, rows in found.items():
        written = _written(rows, choices.get(name), path, name)
        for place in written.keys() | expected[name].keys():
            if written.get(place) != expected[name].get(place):
                raise click.ClickException(
                    f"{path}: table {name}, {' / '.join(place)} is {written.get(place)}, the warehouse says "
                    f"{expected[name].get(place)}; report this as a bug"
                )
    return sum(len(cells) for cells in expected.values())


def _tables(workbook: Workbook) -> list[tuple]:
    return [(sheet, name, sheet.tables[name]) for sheet in workbook for name in sheet.tables]


def _written(rows: list[list], choice: TableChoice | None, path: Path, name: str) -> dict[tuple[str, str], object]:
    """Return the figures of a table by the labels of their row, and their header."""
    header, *lines = rows
    labels = len(choice.breakdown) if choice else sum(column in LABEL_HEADERS for column in header)
    cells: dict[tuple[str, str], object] = {}
    for line in lines:
        row = "".join(str(label) for label in line[:labels])
        for column, value in zip(header[labels:], line[labels:], strict=True):
            if (row, column) in cells:
                raise click.ClickException(f"{path}: table {name} has {row} twice; report this as a bug")
            if choice or not isinstance(value, str):
                cells[row, column] = value
    return cells


def _expected(
    table: TableChoice, question: Question, connection: duckdb.DuckDBPyConnection
) -> dict[tuple[str, str], object]:
    """Count the figures of a table anew from the cube."""
    first, second = (*table.breakdown, "total")[:2]
    names = {"first": first, "second": second}
    counts = {
        (a, b, measure, year): persons
        for a, b, measure, year, persons in connection.execute(
            COUNTED_CELLS, names | {"reference_date": question.reference_date}
        ).fetchall()
    }
    years = [question.last_year] if table.is_of_last_year else list(question.years)
    rows = set(connection.execute(ALWAYS_SHOWN, {**names, "day": question.reference_date}).fetchall())
    measure = "invited" if table.is_reach else table.measure
    rows |= {(a, b) for a, b, counted, year in counts if counted == measure and year in years}
    if "nationality" in table.breakdown:
        rows |= _totals_of_nationality(table, question, connection)
    cells: dict[tuple[str, str], object] = {}
    for a, b in rows:
        row = a if second == "total" else a + b
        for year in years:
            if table.is_reach:
                invited, registered, others = (
                    counts.get((a, b, name, year), 0) for name in ("invited", "registered", "not_registered")
                )
                share = float(f"{registered / invited:.16g}") if invited else "n.v.t."
                figures = {"Uitgenodigd": invited, "Aangemeld": registered, "Niet aangemeld": others, "Bereik": share}
                cells |= {(row, header): figure for header, figure in figures.items()}
            else:
                header = "Aantal" if table.is_of_last_year else question.year_header(year)
                cells[row, header] = counts.get((a, b, table.measure, year), 0)
    return cells


LISTED = """
select label from annex_members
where breakdown = $breakdown and $day between coalesce(listed_from, $day) and coalesce(listed_until, $day)
"""


def _totals_of_nationality(
    table: TableChoice, question: Question, connection: duckdb.DuckDBPyConnection
) -> set[tuple[str, str]]:
    """Return the rows that a table of nationalities has although nobody may count in them."""
    second = (*table.breakdown, "total")[1]
    other = second if table.breakdown[0] == "nationality" else table.breakdown[0]
    labels = [
        label
        for (label,) in connection.execute(LISTED, {"breakdown": other, "day": question.reference_date}).fetchall()
    ]
    pairs = {("Totaal", label) for label in labels} | ({("Onbepaald", "Totaal")} if second == "total" else set())
    return pairs if table.breakdown[0] == "nationality" else {(label, nationality) for nationality, label in pairs}


def _own_cells(name: str, question: Question, connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], object]:
    values = {
        "reference_date": question.reference_date,
        "first_year": question.first_year,
        "last_year": question.last_year,
        "shown": _shown(question),
    }
    query = OWN_CELLS[name]
    rows = connection.execute(query, {key: value for key, value in values.items() if f"${key}" in query}).fetchall()
    headers = {str(year): question.year_header(year) for year in question.years}
    return {(row, headers.get(column, column)): figure for row, column, figure in rows}


def _shown(question: Question) -> list[str]:
    """Return what Herziening breaks every measure down by: the agency, and what the tables of the question show."""
    shown = [f"{measure} agency" for measure in ("contracts", "attests", "invited", "registered")]
    for table in question.tables:
        measures = ("invited", "registered") if table.is_reach else (table.measure,)
        shown += [f"{measure} {breakdown}" for measure in measures for breakdown in table.breakdown]
    return shown
