"""Select the annex's figures from the warehouse. Nothing is counted here: every figure is a cell of an annex model."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import click
import duckdb

from inburgering.question import REACH, REASONS, Question, TableChoice
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
    """A block of figures: one Excel table. Rows have a value per column; the first columns are labels."""

    table_name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    label_columns: int = 1


SHORT_AGENCY_LABELS = {"agii": "AgII", "atlas": "Atlas", "amal": "Amal"}
FACT_LABELS = {"invitations": "uitnodigingen", "contracts": "contracten", "attests": "attesten"}

MEASURE_TITLES = {
    "contracts": "Eerste contracten",
    "attests": "Eerste attesten van inburgering",
    "invited": "Uitgenodigd",
    "registered": "Aangemeld",
    "not_registered": "Niet aangemeld",
    REACH: "Uitgenodigd en aangemeld",
}
REACH_COLUMNS = {
    "invited": Column("Uitgenodigd"),
    "registered": Column("Aangemeld"),
    "not_registered": Column("Niet aangemeld"),
    REACH: Column("Bereik", PERCENTAGE),
}

# What every annex shows beside the tables of its question. None of them has a row per person.
MODELS_OF_EVERY_ANNEX = (
    "annex_members",
    "annex_notes",
    "annex_control_totals",
    "annex_control_deliveries",
    "annex_control_set_aside",
    "annex_control_remarks",
    "annex_control_published",
    "annex_revision",
    "annex_revision_causes",
    "breakdowns",
    "dim_agency",
)

MODEL_COLUMNS_QUERY = "select column_name from information_schema.columns where table_name = $model"

BREAKDOWN_LABELS_QUERY = "select breakdown, label from breakdowns"

SINGLE_BREAKDOWN = """
    select *, 'totaal' as second_member, 'Totaal' as second_label, 1 as second_sort_order
    from {model}
    where breakdown in ($breakdown, 'total')
"""

CROSSED_BREAKDOWNS = """
    select * from {model}
    where breakdown = $breakdown and second_breakdown = $second_breakdown
    union all by name
    select
        second_member as member,
        second_label as label,
        second_sort_order as sort_order,
        member as second_member,
        label as second_label,
        sort_order as second_sort_order,
        * exclude (member, label, sort_order, second_member, second_label, second_sort_order)
    from {model}
    where breakdown = $second_breakdown and second_breakdown = $breakdown
"""

# Closed lists keep their order. Nationalities: most contracts in the last year first, and only those that occur.
FIGURES_QUERY = """
with chosen as ({chosen})

select label, second_label, year, {measures}
from chosen
where reference_date = $reference_date and year between $from_year and $last_year
qualify 'nationality' not in ($breakdown, $second_breakdown)
    or ($breakdown = 'nationality' and $second_breakdown = '' and member = 'onbepaald')
    or (
        (member = 'totaal' or $breakdown <> 'nationality')
        and (second_member = 'totaal' or $second_breakdown <> 'nationality')
    )
    or max({first_measure}) over (partition by member, second_member) > 0
order by
    member = 'totaal',
    $breakdown = 'nationality' and member = 'onbepaald',
    case when $breakdown = 'nationality' then
        max(case when year = $last_year and second_member = 'totaal' then {contracts} end) over (partition by member)
    end desc,
    sort_order,
    second_member = 'totaal',
    $second_breakdown = 'nationality' and second_member = 'onbepaald',
    case when $second_breakdown = 'nationality' then
        max(case when year = $last_year then {contracts} end) over (partition by member, second_member)
    end desc,
    second_sort_order,
    year
"""

MEMBERS_QUERY = """
select label, member
from annex_members
where breakdown in ($breakdown, 'total')
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

PUBLISHED_DIFFERENCES_QUERY = """
select
    label, persons, persons_published, difference,
    case when is_exact then 'published' else 'worked out from what was published' end, published_on
from annex_control_published
where reference_date = $reference_date and year between $first_year and $last_year
order by abs(difference) desc, measure_sort_order, year, breakdown, member
"""

CONTROL_PUBLISHED_QUERY = """
select
    label, persons_published, persons, difference,
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


def models_of(question: Question) -> tuple[str, ...]:
    """Return the models that the annex of a question is made from."""
    return tuple(dict.fromkeys((*(table.model for table in question.tables), *MODELS_OF_EVERY_ANNEX)))


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
        missing = [label for (label,) in self._select(MISSING_AGENCIES_QUERY)]
        if missing:
            raise click.ClickException(
                f"no delivery of {', '.join(missing)} for reference date {self._question.reference_date}; "
                "load it and run dbt build, or name another reference date in the question"
            )
        for table in self._question.tables:
            self._check_table(table)
        for breakdown, wanted in self._question.member_lists.items():
            self._check_member_list(breakdown, wanted)
        for measure, breakdown, year in self._select(DISAGREEING_TOTALS_QUERY):
            raise click.ClickException(
                f"{measure} of {year} by {breakdown} do not add up to the total; run dbt build and look into its tests"
            )

    def provenance(self) -> dict[str, str]:
        """Return what the figures come from: the version of the models, and the hash of every delivered file."""
        return {"models": code_version(), **dict(self._select(DELIVERED_FILES_QUERY))}

    def _check_table(self, table: TableChoice) -> None:
        """Raise click.ClickException unless the model of a table has its measure by its breakdown."""
        place = f"question {self._question.name}, table {table.name}: {table.model}"
        columns = {name for (name,) in self._select(MODEL_COLUMNS_QUERY, model=table.model)}
        is_crossed = len(table.breakdown) > 1
        if is_crossed != ("second_breakdown" in columns):
            shape = "two crossed breakdowns" if is_crossed else "a single breakdown"
            raise click.ClickException(f"{place} is not a model of {shape}")
        if not {"breakdown", *_measures_of(table)} <= columns:
            raise click.ClickException(f"{place} has no measure {table.measure}")
        lines = self._figures(table)
        if not any(figures[0] is not None for labels, _, figures in lines if set(labels) != {TOTAL_LABEL}):
            raise click.ClickException(f"{place} has no {table.measure} by breakdown {' and '.join(table.breakdown)}")

    def _check_member_list(self, breakdown: str, wanted: tuple[str, ...]) -> None:
        """Raise click.ClickException unless a breakdown has exactly the members that the question prescribes."""
        counted = tuple(label for label in self.members(breakdown) if label != TOTAL_LABEL)
        if counted != wanted:
            differing = [label for label in (*wanted, *counted) if (label in wanted) != (label in counted)]
            what = f"{differing[0]!r} is not in both" if differing else "they stand in another order"
            raise click.ClickException(
                f"question {self._question.name}, member_lists: {breakdown} is counted by other members ({what}); "
                "prescribe those of annex_members, or add a breakdown with a list of its own (CONTRIBUTING.md)"
            )

    def _figures(self, table: TableChoice) -> list[tuple[tuple[str, ...], int, tuple]]:
        """Return (labels, year, figures) of every line of a table, in the order of the annex."""
        breakdown, second_breakdown = (*table.breakdown, "")[:2]
        chosen = CROSSED_BREAKDOWNS if second_breakdown else SINGLE_BREAKDOWN
        measures = _measures_of(table)
        query = FIGURES_QUERY.format(
            chosen=chosen.format(model=table.model),
            measures=", ".join(measures),
            first_measure=measures[0],
            contracts="contracts" if "nationality" in table.breakdown else "0",
        )
        lines = self._select(
            query,
            breakdown=breakdown,
            second_breakdown=second_breakdown,
            from_year=self._question.last_year if table.is_of_last_year else self._question.first_year,
        )
        return [
            ((label, second_label)[: len(table.breakdown)], year, tuple(figures))
            for label, second_label, year, *figures in lines
        ]

    def block(self, table: TableChoice) -> Block:
        """Return the block of figures that the question chose."""
        names = [self.breakdown_labels[breakdown] for breakdown in table.breakdown]
        word = "naar" if table.breakdown == (REASONS,) else "per"
        title = f"{MEASURE_TITLES[table.measure]} {word} {' en '.join(names).lower()}"
        years = self._question.years
        if table.is_of_last_year:
            title = f"{title}, {self._question.last_year}"
            columns = tuple(REACH_COLUMNS.values()) if table.is_reach else (Column("Aantal"),)
            rows = tuple((*labels, *figures) for labels, _, figures in self._figures(table))
        else:
            columns = tuple(Column(str(year)) for year in years)
            cells: dict[tuple[str, ...], dict[int, int]] = {}
            for labels, year, (persons,) in self._figures(table):
                cells.setdefault(labels, {})[year] = persons
            rows = tuple((*labels, *(by_year.get(year) for year in years)) for labels, by_year in cells.items())
        labels = tuple(Column(name, TEXT) for name in names)
        return Block(table.name, title, (*labels, *columns), rows, len(labels))

    def members(self, breakdown: str) -> dict[str, str]:
        """Return the code of every label of a breakdown, and of the total."""
        return dict(self._select(MEMBERS_QUERY, breakdown=breakdown))

    def compare_with_published(self) -> list[str]:
        """Say in lines how the figures compare with those already public: how many are equal, and each that is not."""
        compared = self._select(PUBLISHED_DIFFERENCES_QUERY)
        differing = [
            f"  {figure}: {persons}, but {published} {how} on {day} ({difference:+})"
            for figure, persons, published, difference, how, day in compared
            if difference
        ]
        return [f"{len(compared) - len(differing)} of {len(compared)} published figures are equal", *differing]

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


def _measures_of(table: TableChoice) -> tuple[str, ...]:
    """Return the columns of a model that a table shows."""
    return tuple(REACH_COLUMNS) if table.is_reach else (table.measure,)


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
