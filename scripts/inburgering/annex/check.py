"""Read a written annex back and compare every figure in it with the warehouse, by SQL that no writer uses."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import duckdb
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

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
    and not exists (from annex_breakdowns where breakdown in ($first, $second) and only_counted)
    and $day between coalesce(first_members.listed_from, $day) and coalesce(first_members.listed_until, $day)
    and $day between coalesce(second_members.listed_from, $day) and coalesce(second_members.listed_until, $day)
"""

# (row, column, figure) of the tables that every annex has; the labels of a row stand behind one another.
OWN_CELLS = {
    "controle_totalen": """
        select measure_label || breakdown_label, cast(year as varchar), persons from annex_checks_totals
        where reference_date = $reference_date and year between $first_year and $last_year and persons is not null
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
        qualify sum(rows_rejected) over (partition by label) * sum(rows_rejected) over (partition by file_label) > 0
    """,
    "controle_opmerkingen": """
        select label, short_label, rows_warned from annex_checks_warnings where reference_date = $reference_date
        qualify sum(rows_warned) over (partition by label) * sum(rows_warned) over (partition by short_label) > 0
    """,
    "controle_gepubliceerd": """
        unpivot (
            select
                label, persons_published as "Gepubliceerd", persons as "Bijlage",
                persons - persons_published as "Verschil"
            from annex_checks_published
            where reference_date = $reference_date and year between $first_year and $last_year and is_comparable
        ) on "Gepubliceerd", "Bijlage", "Verschil"
    """,
    "controle_keuzes": """
        with shown as (
            select event_type from measures where measure in $measures
            union
            select other_event_type from annex_breakdowns where breakdown in $breakdowns
        )
        from (
            unpivot (
                select
                    label, coalesce(approved_by, '–') as "Goedgekeurd door",
                    coalesce(strftime(approved_on, '%d/%m/%Y'), '–') as "Goedgekeurd op", effect as "Effect"
                from choices
                where
                    coalesce(breakdown in $breakdowns, true)
                    and exists (
                        from shown
                        where case event_type
                            when 'invitations' then touches_invitations
                            when 'contracts' then touches_contracts
                            when 'attests' then touches_attests
                        end
                    )
            ) on "Goedgekeurd door", "Goedgekeurd op", "Effect"
        )
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
    """Compare every figure of every table in an annex with the warehouse; return how many figures there were.

    Raises click.ClickException naming the first figure that differs, a row that is missing or doubled, or a table that
    is missing or not expected.
    """
    expected = {table.name: _expected(table, question, connection) for table in question.tables}
    return _compare(path, expected, {table.name: len(table.breakdown) or 1 for table in question.tables})


def check_control_file(path: Path, question: Question, connection: duckdb.DuckDBPyConnection) -> int:
    """Compare every figure of every table in a control file with the warehouse, as `check_workbook` does."""
    counted = {name: _own_cells(name, question, connection) for name in OWN_CELLS}
    return _compare(path, {name: cells for name, cells in counted.items() if cells}, {"controle_keuzes": 1})


def _compare(path: Path, expected: dict[str, dict[tuple[str, str], object]], labels: dict[str, int]) -> int:
    """Compare the tables of a workbook, with the totals below them, with what they should hold.

    `labels` says how many columns of a table are labels; else the headers of labels are known, and text is no figure.
    """
    workbook = load_workbook(path)
    found = {name: _rows(sheet, sheet.tables[name].ref) for sheet in workbook for name in sheet.tables}
    if set(found) != set(expected):
        differing = ", ".join(sorted(set(found) ^ set(expected)))
        raise click.ClickException(f"{path}: the tables {differing} are missing or unexpected; report this as a bug")
    for name, rows in found.items():
        written = _written(rows, labels.get(name), path, name)
        for place in written.keys() | expected[name].keys():
            if written.get(place) != expected[name].get(place):
                raise click.ClickException(
                    f"{path}: table {name}, {' / '.join(place)} is {written.get(place)}, the warehouse says "
                    f"{expected[name].get(place)}; report this as a bug"
                )
    return sum(len(cells) for cells in expected.values())


def _rows(sheet: Worksheet, reference: str) -> list[list]:
    """Return the cells of a table and of the rows below it, up to the first that ends in an empty cell."""
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    while sheet.cell(last_row + 1, last_column).value is not None:
        last_row += 1
    return [[cell.value for cell in row] for row in sheet.iter_rows(first_row, last_row, first_column, last_column)]


def _written(rows: list[list], labels: int | None, path: Path, name: str) -> dict[tuple[str, str], object]:
    """Return the figures of a table by the labels of their row, and their header."""
    header, *lines = rows
    width = labels or sum(column in LABEL_HEADERS for column in header)
    cells: dict[tuple[str, str], object] = {}
    for line in lines:
        row = "".join(str(label) for label in line[:width])
        for column, value in zip(header[width:], line[width:], strict=True):
            if (row, column) in cells:
                raise click.ClickException(f"{path}: table {name} has {row} twice; report this as a bug")
            if labels or not isinstance(value, str):
                cells[row, column] = value
    return cells


# Of which two counts a share is made.
SHARES = "select measure, numerator, denominator, coalesce(within_months, 0) from measures where unit = 'share'"
OPEN_LISTS = "select breakdown from annex_breakdowns where only_counted"
MEDIANS = """
select measure, year, coalesce(label, 'Totaal'), median_months
from annex_medians left join annex_members using (breakdown, member)
where reference_date = $reference_date and breakdown = $first and $second = 'total'
union all
select measure, year, 'Totaal', median_months from annex_medians
where reference_date = $reference_date and breakdown = 'total' and $second = 'total'
"""
NAMES = "select measure, label from measures"
SINCE = """
select min(first_year) from annex_checks_deliveries inner join measures using (event_type)
where reference_date = $day and measure in $measures
"""


def _expected(
    table: TableChoice, question: Question, connection: duckdb.DuckDBPyConnection
) -> dict[tuple[str, str], object]:
    """Count the figures of a table anew from the cube."""
    first, second = (*table.breakdown, "total", "total")[:2]
    names = {"first": first, "second": second}
    counts = {
        (a, b, measure, year): persons
        for a, b, measure, year, persons in connection.execute(
            COUNTED_CELLS, names | {"reference_date": question.reference_date}
        ).fetchall()
    }
    shares = {measure: parts for measure, *parts in connection.execute(SHARES).fetchall()}
    days = names | {"reference_date": question.reference_date}
    medians = {
        (label, measure, year): months for measure, year, label, months in connection.execute(MEDIANS, days).fetchall()
    }
    of_medians = dict(connection.execute("select measure, denominator from measures where unit = 'months'").fetchall())
    label_of = dict(connection.execute(NAMES).fetchall())

    def figure(a: str, b: str, measure: str, year: int) -> object:
        if measure in of_medians:
            has_persons = counts.get((a, b, of_medians[measure], year), 0)
            return medians.get((a, measure, year), "nog niet te zeggen") if has_persons else "n.v.t."
        if measure not in shares:
            return counts.get((a, b, measure, year), 0)
        *parts, months = shares[measure]
        part, whole = (counts.get((a, b, of, year), 0) for of in parts)
        if not whole:
            return "n.v.t."
        # The last day of the year and so many months: the same day of a later month, or its last.
        later_year, month = year + 1 + (months - 1) // 12, (months - 1) % 12 + 1
        last_day = datetime.date(later_year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        return (
            float(f"{part / whole:.16g}") if not months or last_day <= question.reference_date else "nog niet te zeggen"
        )

    last_year = question.last_year
    if table.rows == "measures":
        whole = table.measures[-1]
        return {
            (label_of[measure], header): figure("Totaal", "Totaal", shown, last_year)
            for measure in table.measures
            for share, (part, of, _) in shares.items()
            if (part, of) == (measure, whole)
            for header, shown in (("Aantal", measure), ("Aandeel", share))
        }
    if table.rows == "years":
        values = {"day": question.reference_date, "measures": list(table.measures)}
        [(since,)] = connection.execute(SINCE, values).fetchall()
        return {
            (question.year_header(year), label_of[measure]): figure("Totaal", "Totaal", measure, year)
            for year in question.years
            if year == last_year or (since is not None and year >= since)
            for measure in table.measures
        }
    years = list(question.years) if table.years == "all" else [last_year]
    rows = set(connection.execute(ALWAYS_SHOWN, {**names, "day": question.reference_date}).fetchall())
    rows |= {(a, b) for a, b, counted, year in counts if counted in table.measures and year in years}
    is_open = {breakdown for (breakdown,) in connection.execute(OPEN_LISTS).fetchall()}
    if is_open & set(table.breakdown):
        rows |= _totals_of_open_list(table, is_open, question, connection)
    cells: dict[tuple[str, str], object] = {}
    for a, b in rows:
        for measure in table.measures:
            for year in years:
                header = f"{label_of[measure]} {question.year_header(year)}"
                if table.years == "last":
                    header = label_of[measure] if table.measures[1:] else "Aantal"
                cells[a if second == "total" else a + b, header] = figure(a, b, measure, year)
    return cells


LISTED = """
select label from annex_members
where breakdown = $breakdown and $day between coalesce(listed_from, $day) and coalesce(listed_until, $day)
"""


def _totals_of_open_list(
    table: TableChoice, is_open: set[str], question: Question, connection: duckdb.DuckDBPyConnection
) -> set[tuple[str, str]]:
    """Return the rows that a table of a partly shown list has although nobody counts in them."""
    second = (*table.breakdown, "total")[1]
    is_first = table.breakdown[0] in is_open
    other = second if is_first else table.breakdown[0]
    labels = [
        label
        for (label,) in connection.execute(LISTED, {"breakdown": other, "day": question.reference_date}).fetchall()
    ]
    pairs = {("Totaal", label) for label in labels}
    pairs |= {("Onbepaald", "Totaal")} if table.breakdown == ("nationality",) else set()
    return pairs if is_first else {(label, member) for member, label in pairs}


def _own_cells(name: str, question: Question, connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], object]:
    values = {
        "reference_date": question.reference_date,
        "first_year": question.first_year,
        "last_year": question.last_year,
        "shown": _shown(question),
        "measures": sorted({measure for table in question.tables for measure in table.measures}),
        "breakdowns": sorted({breakdown for table in question.tables for breakdown in table.breakdown}),
    }
    query = OWN_CELLS[name]
    rows = connection.execute(query, {key: value for key, value in values.items() if f"${key}" in query}).fetchall()
    headers = {str(year): question.year_header(year) for year in question.years}
    return {(row, headers.get(column, column)): figure for row, column, figure in rows}


def _shown(question: Question) -> list[str]:
    """Return what Herziening breaks every measure down by: the agency, and what the tables of the question show."""
    shown = [f"{measure} agency" for measure in ("contracts", "attests", "invited", "registered")]
    for table in question.tables:
        shown += [f"{measure} {breakdown}" for measure in table.measures for breakdown in table.breakdown]
    return shown
