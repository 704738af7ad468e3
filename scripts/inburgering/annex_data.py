"""Select the annex's figures from the warehouse. Nothing is counted here: every figure is a cell of an annex model."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import click
import duckdb

from inburgering.question import Question, TableChoice
from inburgering.settings import code_version

TOTAL_LABEL = "Totaal"

INTEGER = "integer"
PERCENTAGE = "percentage"
TEXT = "text"


@dataclass(frozen=True)
class Column:
    """A column of a block: its header and how its values are shown."""

    header: str
    kind: str = INTEGER


@dataclass(frozen=True)
class Block:
    """A block of figures: one Excel table. Rows have a value per column; the first column is the label."""

    table_name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]


SHORT_AGENCY_LABELS = {"agii": "AgII", "atlas": "Atlas", "amal": "Amal"}
FACT_LABELS = {"invitations": "uitnodigingen", "contracts": "contracten", "attests": "attesten"}

MEASURE_TITLES = {
    "contracts": "Eerste contracten",
    "attests": "Eerste attesten van inburgering",
    "invited": "Uitgenodigd",
    "registered": "Aangemeld",
    "not_registered": "Niet aangemeld",
    "reach": "Uitgenodigd en aangemeld",
}
REACH = "reach"
REASONS = "not_registered_reason"

MODEL_BREAKDOWNS_QUERY = "select distinct '{model}', breakdown from {model}"

BREAKDOWN_LABELS_QUERY = "select breakdown, label from breakdowns"

# Closed lists keep their order. Nationalities: most contracts in the last year first, and only those that occur.
YEAR_BLOCK_QUERY = """
select label, year, {measure} as persons
from {model}
where reference_date = $reference_date
  and year between $first_year and $last_year
  and breakdown in ($breakdown, 'total')
qualify $breakdown <> 'nationality'
    or member in ('onbepaald', 'totaal')
    or max({measure}) over (partition by breakdown, member) > 0
order by
    breakdown = 'total',
    $breakdown = 'nationality' and member = 'onbepaald',
    case when $breakdown = 'nationality' then
        max(case when year = $last_year then contracts end) over (partition by breakdown, member)
    end desc,
    sort_order,
    year
"""

MEMBERS_QUERY = """
select distinct label, member
from {model}
where reference_date = $reference_date and breakdown in ($breakdown, 'total')
"""

REACH_QUERY = """
select label, invited, registered, not_registered, reach
from {model}
where reference_date = $reference_date and year = $last_year and breakdown in ($breakdown, 'total')
order by breakdown = 'total', sort_order
"""

REASONS_QUERY = """
select label, {measure}
from {model}
where reference_date = $reference_date and year = $last_year and breakdown in ($breakdown, 'total')
order by breakdown = 'total', sort_order
"""

DECEMBER_QUERY = """
select year, persons from annex_notes
where reference_date = $reference_date and note = 'december_rule' and year between $first_year and $last_year
order by year
"""

OUTSIDE_LIST_QUERY = """
select measure, label, year, persons from annex_notes
where reference_date = $reference_date and note = 'status_outside_list' and year between $first_year and $last_year
order by measure desc, label, year
"""

CONTROL_TOTALS_QUERY = """
select measure_label, breakdown_label, year, persons, agrees
from annex_control_totals
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, breakdown_sort_order, year
"""

CONTROL_DELIVERIES_QUERY = """
select
    label, coalesce(file_name, '–'), coalesce(sheet_name, '–'), coalesce(cast(delivery_version as varchar), '–'),
    coalesce(substr(sha256, 1, 12), '–'), rows_delivered, rows_accepted, rows_set_aside
from annex_control_deliveries
where reference_date = $reference_date
order by sort_order, fact desc
"""

DELIVERED_FILES_QUERY = """
select
    agency || '/' || file_name || coalesce('/' || sheet_name, ''),
    'version ' || delivery_version || ', sha256 ' || sha256
from annex_control_deliveries
where reference_date = $reference_date and agency is not null
order by sort_order, fact
"""

CONTROL_SET_ASIDE_QUERY = """
select label, agency, fact, rows_set_aside
from annex_control_set_aside
where reference_date = $reference_date
order by sort_order
"""

CONTROL_REMARKS_QUERY = """
select label, agency, remarks
from annex_control_remarks
where reference_date = $reference_date
order by sort_order
"""

CONTROL_PUBLISHED_QUERY = """
select
    measure_label || ' ' || year || ', ' || member_label, persons_published, persons, difference,
    case when is_exact then 'ja' else 'afgeleid' end, strftime(published_on, '%d/%m/%Y'), source
from annex_control_published
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, year, breakdown <> 'total', breakdown, persons_published desc
"""

REVISION_CELLS_QUERY = """
select measure_label, year, agency_label, persons_before, persons_now, difference, cause_label, difference_by_cause
from annex_revision
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, year, agency_sort_order, cause_sort_order
"""

REVISION_CAUSES_QUERY = """
select label, contracts, attests, invited, registered
from annex_revision_causes
where reference_date = $reference_date
order by sort_order
"""

PREVIOUS_REFERENCE_DATE_QUERY = """
select max(previous_reference_date) from annex_revision_causes where reference_date = $reference_date
"""

DISAGREEING_TOTALS_QUERY = """
select measure_label, breakdown_label, year
from annex_control_totals
where reference_date = $reference_date and year between $first_year and $last_year and agrees is not true
order by measure_sort_order, breakdown_sort_order, year
"""

MISSING_AGENCIES_QUERY = """
select label from dim_agency
where is_listed and agency not in (
    select agency from annex_control_deliveries
    where reference_date = $reference_date and agency is not null
)
order by sort_order
"""


class AnnexData:
    """The annex models of one warehouse, as one question selects them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._values = {
            "reference_date": question.reference_date,
            "first_year": question.first_year,
            "last_year": question.last_year,
        }
        self.breakdown_labels = dict(connection.execute(BREAKDOWN_LABELS_QUERY).fetchall())

    def _select(self, query: str, **values: object) -> list[tuple]:
        named = {**self._values, **values}
        return self._connection.execute(query, {k: v for k, v in named.items() if f"${k}" in query}).fetchall()

    def check_selection(self) -> None:
        """Raise click.ClickException unless this build has what the question needs, and its totals agree."""
        for table in self._question.tables:
            if (table.model, table.breakdown) not in self._select(MODEL_BREAKDOWNS_QUERY.format(model=table.model)):
                raise click.ClickException(
                    f"question {self._question.name}, table {table.name}: "
                    f"{table.model} has no breakdown {table.breakdown}"
                )
        missing = [label for (label,) in self._select(MISSING_AGENCIES_QUERY)]
        if missing:
            raise click.ClickException(
                f"no delivery of {', '.join(missing)} for reference date {self._question.reference_date}; "
                "load it and run dbt build, or name another reference date in the question"
            )
        for measure, breakdown, year in self._select(DISAGREEING_TOTALS_QUERY):
            raise click.ClickException(
                f"{measure} of {year} by {breakdown} do not add up to the total; run dbt build and look into its tests"
            )

    def provenance(self) -> dict[str, str]:
        """Return what the figures come from: the version of the models, and the hash of every delivered file."""
        return {"models": code_version(), **dict(self._select(DELIVERED_FILES_QUERY))}

    def block(self, table: TableChoice) -> Block:
        """Return the block of figures that the question chose."""
        label = self.breakdown_labels[table.breakdown]
        title = f"{MEASURE_TITLES[table.measure]} per {label.lower()}"
        if table.measure == REACH:
            return self._reach_block(table, label, title)
        if table.breakdown == REASONS:
            return self._reasons_block(table, label)
        return self._year_block(table, label, title)

    def _year_block(self, table: TableChoice, label: str, title: str) -> Block:
        query = YEAR_BLOCK_QUERY.format(model=table.model, measure=table.measure)
        columns = (Column(label, TEXT), *(Column(str(year)) for year in self._question.years))
        rows: dict[str, list[object]] = {}
        for member, year, persons in self._select(query, breakdown=table.breakdown):
            rows.setdefault(member, [member, *(None for _ in self._question.years)])
            rows[member][1 + year - self._question.first_year] = persons
        return Block(table.name, title, columns, tuple(tuple(row) for row in rows.values()))

    def _reach_block(self, table: TableChoice, label: str, title: str) -> Block:
        columns = (
            Column(label, TEXT),
            Column("Uitgenodigd"),
            Column("Aangemeld"),
            Column("Niet aangemeld"),
            Column("Bereik", PERCENTAGE),
        )
        rows = self._select(REACH_QUERY.format(model=table.model), breakdown=table.breakdown)
        return Block(table.name, f"{title}, {self._question.last_year}", columns, tuple(rows))

    def _reasons_block(self, table: TableChoice, label: str) -> Block:
        columns = (Column(label, TEXT), Column("Aantal"))
        rows = self._select(REASONS_QUERY.format(model=table.model, measure=table.measure), breakdown=table.breakdown)
        return Block(table.name, f"Niet aangemeld naar reden, {self._question.last_year}", columns, tuple(rows))

    def members(self, table: TableChoice) -> dict[str, str]:
        """Return the code of every label that a block can have."""
        return dict(self._select(MEMBERS_QUERY.format(model=table.model), breakdown=table.breakdown))

    def control_blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the tab Controle."""
        return (
            self._totals_block(),
            self._deliveries_block(),
            self._set_aside_block(),
            self._remarks_block(),
            Block(
                "controle_gepubliceerd",
                "Vergelijking met cijfers die al openbaar zijn",
                (
                    Column("Cijfer", TEXT),
                    Column("Gepubliceerd"),
                    Column("Bijlage"),
                    Column("Verschil"),
                    Column("Exact", TEXT),
                    Column("Gepubliceerd op", TEXT),
                    Column("Bron", TEXT),
                ),
                tuple(self._select(CONTROL_PUBLISHED_QUERY)),
            ),
        )

    def _totals_block(self) -> Block:
        years = self._question.years
        columns = (
            Column("Maat", TEXT),
            Column("Som over", TEXT),
            *(Column(str(year)) for year in years),
            Column("Klopt", TEXT),
        )
        rows: dict[tuple[str, str], list[object]] = {}
        for measure, breakdown, year, persons, agrees in self._select(CONTROL_TOTALS_QUERY):
            row = rows.setdefault((measure, breakdown), [measure, breakdown, *(None for _ in years), "ja"])
            row[2 + year - self._question.first_year] = persons
            if not agrees:
                row[-1] = "nee"
        return Block(
            "controle_totalen",
            "Alle uitsplitsingen tellen op tot hetzelfde totaal",
            columns,
            tuple(tuple(row) for row in rows.values()),
        )

    def _deliveries_block(self) -> Block:
        columns = (
            Column("Agentschap", TEXT),
            Column("Bestand", TEXT),
            Column("Blad", TEXT),
            Column("Versie", TEXT),
            Column("SHA-256 (begin)", TEXT),
            Column("Aangeleverd"),
            Column("Aanvaard"),
            Column("Terzijde"),
        )
        return Block(
            "controle_leveringen",
            "Aangeleverde, aanvaarde en terzijde gelegde rijen",
            columns,
            tuple(self._select(CONTROL_DELIVERIES_QUERY)),
        )

    def _set_aside_block(self) -> Block:
        headers = {
            (agency, fact): f"{agency_label} {fact_label}"
            for agency, agency_label in SHORT_AGENCY_LABELS.items()
            for fact, fact_label in FACT_LABELS.items()
        }
        cells = [(label, (agency, fact), rows) for label, agency, fact, rows in self._select(CONTROL_SET_ASIDE_QUERY)]
        return _crossed_block("controle_terzijde", "Terzijde gelegde rijen naar reden", "Reden", headers, cells)

    def _remarks_block(self) -> Block:
        cells = self._select(CONTROL_REMARKS_QUERY)
        return _crossed_block(
            "controle_opmerkingen", "Meegetelde rijen met een opmerking", "Opmerking", SHORT_AGENCY_LABELS, cells
        )

    def previous_reference_date(self) -> datetime.date | None:
        """Return the reference date that the revision compares with; None when this is the first."""
        return self._select(PREVIOUS_REFERENCE_DATE_QUERY)[0][0]

    def revision_blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the tab Herziening; none for the first reference date."""
        if self.previous_reference_date() is None:
            return ()
        cells: dict[tuple, dict[str, int]] = {}
        causes: dict[str, None] = {}
        for *cell, cause, difference in self._select(REVISION_CELLS_QUERY):
            cells.setdefault(tuple(cell), {})[cause] = difference
            causes[cause] = None
        columns = (
            Column("Maat", TEXT),
            Column("Jaar", TEXT),
            Column("Agentschap", TEXT),
            Column("Vorige"),
            Column("Nu"),
            Column("Verschil"),
            *(Column(cause) for cause in causes),
        )
        rows = tuple(
            (measure, str(year), *figures, *(by_cause[cause] for cause in causes))
            for (measure, year, *figures), by_cause in cells.items()
        )
        measures = ("contracts", "attests", "invited", "registered")
        cause_columns = (Column("Oorzaak", TEXT), *(Column(MEASURE_TITLES[measure]) for measure in measures))
        return (
            Block(
                "herziening_oorzaken",
                "Personen die anders geteld zijn, naar oorzaak",
                cause_columns,
                tuple(self._select(REVISION_CAUSES_QUERY)),
            ),
            Block(
                "herziening_cijfers", "Verschil per maat, jaar en agentschap, verdeeld over de oorzaken", columns, rows
            ),
        )

    def december_notes(self) -> list[tuple[int, int]]:
        """Return (year, persons) extracted in December and written to in January: in no year's cohort."""
        return self._select(DECEMBER_QUERY)

    def outside_list_notes(self) -> list[tuple[str, str, int, int]]:
        """Return (measure, status, year, persons) counted under overige because the question does not list it."""
        return self._select(OUTSIDE_LIST_QUERY)


def _crossed_block(
    table_name: str, title: str, label_header: str, headers: dict, cells: list[tuple[str, object, int]]
) -> Block:
    """Lay out (label, column, figure) cells as a block with a column per entry of `headers`."""
    rows: dict[str, dict[object, int]] = {}
    for label, column, figure in cells:
        rows.setdefault(label, {})[column] = figure
    columns = (Column(label_header, TEXT), *(Column(header) for header in headers.values()))
    return Block(
        table_name, title, columns, tuple((label, *(row[column] for column in headers)) for label, row in rows.items())
    )
