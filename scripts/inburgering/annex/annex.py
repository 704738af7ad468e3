"""The annex of a question as one immutable value: tables with codes beside labels, read once from the warehouse.

Nothing is counted here: every figure is a cell of an annex model. Workbook, data package, answer and explanation are
written from this value.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import click
import duckdb

from inburgering.annex.question import REACH, REASONS, Question, Tab, TableChoice
from inburgering.annex.rules import MODELS as MODELS_OF_THE_RULES
from inburgering.annex.rules import Rules, read_rules
from inburgering.intake.decoding import shown

TOTAL = "totaal"
TOTAL_BREAKDOWN = "total"

# With more of a file's rows rejected, its figures are wrong unless somebody knows why.
LARGEST_REJECTED_SHARE = 0.10

INTEGER = "integer"
PERCENTAGE = "percentage"
TEXT = "text"
NOTHING = "–"
NOT_APPLICABLE = "n.v.t."


@dataclass(frozen=True)
class Column:
    """A column of a block: its header, how its values are shown, and the codes that its figures have in common."""

    header: str
    kind: str = INTEGER
    codes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of a block: the codes behind its labels, its cells (labels first), and whether it is a total."""

    codes: tuple[Any, ...]
    cells: tuple[Any, ...]
    is_total: bool = False


@dataclass(frozen=True)
class Block:
    """A block of figures: one Excel table. Rows have a cell per column; the first columns are labels."""

    table_name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    label_columns: int = 1
    choice: TableChoice | None = None

    @property
    def chosen(self) -> TableChoice:
        """Return what the question chose here; raises LookupError for a block that every annex has."""
        if self.choice is None:
            raise LookupError(f"{self.table_name} is no table of the question")
        return self.choice


@dataclass(frozen=True)
class Measure:
    """A measure: its code, its name in a column header and in a title, who it counts, and of which event type."""

    measure: str
    label: str
    title: str
    definition: str
    event_type: str
    is_revised: bool


@dataclass(frozen=True)
class OutsideList:
    """A residence status that the question does not list: persons per year counted under another member."""

    measure: Measure
    label: str
    persons: dict[int, int]


@dataclass(frozen=True)
class SideFigure:
    """What another reading of the question gives per year: a whole number, a share, or None where there is none."""

    label: str
    figures: dict[int, float | None]


@dataclass(frozen=True)
class NoData:
    """Years of the question over which an agency has no row of an event type: all before `first_year`, or all."""

    agency: str
    event_type: str
    label: str
    first_year: int | None


@dataclass(frozen=True)
class AcceptedRejections:
    """A file of which many rows were rejected, and the reason for which the question accepts it."""

    agency_label: str
    file_name: str
    sheet_name: str | None
    rows_delivered: int
    rows_rejected: int
    reason: str


@dataclass(frozen=True)
class TabContents:
    """A tab of the question, with its blocks."""

    tab: Tab
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Annex:
    """The annex of one question.

    `december` has the persons in no cohort per year of extraction; `side_figures` what other readings of the question
    give; `no_data` what the agencies did not deliver; `provenance` has what the build was made from; `rules` has what
    the texts say of the count.
    """

    question: Question
    tabs: tuple[TabContents, ...]
    checks: tuple[Block, ...]
    revision: tuple[Block, ...]
    previous_reference_date: datetime.date | None
    measures: dict[str, Measure]
    breakdowns: dict[str, str]
    december: dict[int, int]
    outside_list: tuple[OutsideList, ...]
    side_figures: dict[str, SideFigure]
    no_data: tuple[NoData, ...]
    accepted_rejections: tuple[AcceptedRejections, ...]
    provenance: dict[str, str]
    rules: Rules

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return every block, in the order of the tabs."""
        return (*(block for tab in self.tabs for block in tab.blocks), *self.checks, *self.revision)


# What every annex shows beside the figures of its question. None of these models has a row per person.
MODELS_OF_EVERY_ANNEX = (
    "annex_breakdowns",
    "annex_members",
    "annex_notes",
    "annex_checks_undecided",
    "annex_checks_totals",
    "annex_checks_deliveries",
    "annex_checks_rejected",
    "annex_checks_warnings",
    "annex_checks_published",
    "annex_compared_dates",
    "annex_revision",
    "annex_revision_moves",
    "revision_causes",
    "measures",
    "dim_agency",
    "event_types",
    "side_figures",
    *MODELS_OF_THE_RULES,
)

MEASURES_QUERY = "select measure, label, title, definition, event_type, is_revised from measures order by sort_order"

BREAKDOWNS_QUERY = "select breakdown, label from annex_breakdowns order by sort_order"

MEMBERS_QUERY = "select label from annex_members where breakdown = $breakdown and not is_total order by sort_order"

# The last year gives the order of the rows. Of a long list only the members that occur in the years shown have a row.
FIGURES_QUERY = """
select member, second_member, label, second_label, measure, year, persons, share
from annex_figures
where
    reference_date = $reference_date
    and list_contains($measures, measure)
    and breakdown = $breakdown
    and second_breakdown = $second_breakdown
    and year between $from_year and $last_year
qualify max(last_counted_year) over (partition by member, second_member) >= $from_year
order by year desc, place, second_place
"""

DECEMBER_QUERY = """
select year, persons from annex_notes
where reference_date = $reference_date and note = 'december_rule' and year between $first_year and $last_year
order by year
"""

SIDE_FIGURES_QUERY = """
select side_figures.note, side_figures.label, notes.year, notes.persons, notes.share
from annex_notes as notes
inner join side_figures using (note)
where notes.reference_date = $reference_date and notes.year between $first_year and $last_year
order by side_figures.sort_order, notes.year
"""

OUTSIDE_LIST_QUERY = """
select measure, label, year, persons from annex_notes
where reference_date = $reference_date and note = 'status_outside_list' and year between $first_year and $last_year
order by measure desc, label, year
"""

# What an agency did not deliver over the years shown: before the first year in which the file has a row. Of invitations
# the annex shows the last year.
NO_DATA_QUERY = """
select agency_label, event_type, event_types.label, first_year
from annex_checks_deliveries
inner join event_types using (event_type)
where
    reference_date = $reference_date
    and coalesce(first_year > case event_type when 'invitations' then $last_year else $first_year end, true)
order by agency_sort_order, event_type_sort_order
"""

UNDECIDED_QUERY = """
select short_label, event_type, type_code, sum(rows_undecided)
from annex_checks_undecided
where reference_date = $reference_date and year <= $last_year
group by all
order by all
"""

TOTALS_QUERY = """
select measure, breakdown, measure_label, breakdown_label, year, persons, agrees
from annex_checks_totals
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, breakdown_sort_order, year
"""

DELIVERIES_QUERY = """
select
    agency, event_type, agency_label, file_name, sheet_name, delivery_version, sha256, first_year,
    rows_delivered, rows_accepted, rows_rejected
from annex_checks_deliveries
where reference_date = $reference_date
order by agency_sort_order, event_type_sort_order
"""

REJECTED_QUERY = """
select rejection_reason, label, row(agency, event_type), file_label, rows_rejected
from annex_checks_rejected
where reference_date = $reference_date
order by sort_order, agency_sort_order, event_type_sort_order
"""

WARNINGS_QUERY = """
select warning, label, row(agency), short_label, rows_warned
from annex_checks_warnings
where reference_date = $reference_date
order by sort_order, agency_sort_order
"""

PUBLISHED_QUERY = """
select
    year, measure, breakdown, member, label, persons_published, persons, difference, is_exact, published_on, source
from annex_checks_published
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, year, breakdown <> 'total', breakdown, persons_published desc
"""

# Of the years that were closed at the previous reference date. What must be acted on stands first; a cause that nobody
# has is left out.
REVISION_CAUSES_QUERY = """
with moved as (
    select measure, cause, sum(persons) as persons
    from annex_revision_moves
    where
        reference_date = $reference_date
        and breakdown = 'agency'
        and (old_year between $first_year and $last_closed_year or new_year between $first_year and $last_closed_year)
    group by all
),
lines as (
    select cause, label, to_do, sort_order from revision_causes where cause in (select cause from moved)
    union all
    select 'totaal', label, null, 9999 from annex_breakdowns where breakdown = 'total'
)
select lines.cause, lines.label, lines.to_do, measures.measure, measures.label, coalesce(sum(moved.persons), 0)
from lines
cross join measures
left join moved on measures.measure = moved.measure and lines.cause in (moved.cause, 'totaal')
where measures.is_revised
group by lines.cause, lines.label, lines.to_do, lines.sort_order, measures.measure, measures.label, measures.sort_order
order by lines.sort_order, measures.sort_order
"""

REVISED_ATTRIBUTES_QUERY = """
select
    moves.measure, moves.breakdown, moves.old_member, moves.new_member,
    measures.label, breakdowns.label, old_members.label, new_members.label, sum(moves.persons)
from annex_revision_moves as moves
inner join measures on moves.measure = measures.measure
inner join annex_breakdowns as breakdowns on moves.breakdown = breakdowns.breakdown
inner join annex_members as old_members
    on moves.breakdown = old_members.breakdown and moves.old_member = old_members.member
inner join annex_members as new_members
    on moves.breakdown = new_members.breakdown and moves.new_member = new_members.member
where
    moves.reference_date = $reference_date
    and moves.cause = 'other_attributes'
    and moves.old_member <> moves.new_member
    and moves.old_year between $first_year and $last_closed_year
group by
    moves.measure, moves.breakdown, moves.old_member, moves.new_member, measures.label, breakdowns.label,
    old_members.label, new_members.label,
    measures.sort_order, breakdowns.sort_order, old_members.sort_order, new_members.sort_order
order by measures.sort_order, breakdowns.sort_order, old_members.sort_order, new_members.sort_order
"""

REVISION_QUERY = """
select
    revision.measure, revision.year, revision.breakdown, revision.member,
    measures.label, breakdowns.label, members.label,
    revision.persons_before, revision.persons_now, revision.difference,
    revision.cause, revision.difference_by_cause
from annex_revision as revision
inner join measures on revision.measure = measures.measure
inner join annex_breakdowns as breakdowns on revision.breakdown = breakdowns.breakdown
inner join annex_members as members on revision.breakdown = members.breakdown and revision.member = members.member
where
    revision.reference_date = $reference_date
    and revision.year between $first_year and $last_year
    and list_contains($shown, revision.measure || '/' || revision.breakdown)
qualify bool_or(revision.difference_by_cause <> 0) over (
    partition by revision.measure, revision.year, revision.breakdown, revision.member
)
order by breakdowns.sort_order, measures.sort_order, revision.year, members.sort_order
"""

CAUSES_QUERY = "select cause, label from revision_causes order by sort_order"

PREVIOUS_REFERENCE_DATE_QUERY = """
select max(previous_reference_date) from annex_compared_dates where reference_date = $reference_date
"""

MISSING_AGENCIES_QUERY = """
select label from dim_agency
where
    $reference_date between coalesce(deliver_from, $reference_date) and coalesce(deliver_until, $reference_date)
    and agency not in (select agency from annex_checks_deliveries where reference_date = $reference_date)
order by sort_order
"""


def models_of(question: Question) -> dict[str, str]:
    """Return the models that the annex of a question is made from, each with the condition on the rows it takes."""
    pairs = ", ".join(f"('{first}', '{second}')" for first, second in {_pair(table) for table in question.tables})
    date = f"reference_date = date '{question.reference_date}'"
    figures = (
        f"{date} and year between {question.first_year} and {question.last_year} "
        f"and (breakdown, second_breakdown) in ({pairs})"
    )
    without_date = (
        "annex_breakdowns",
        "annex_members",
        "measures",
        "event_types",
        "side_figures",
        "revision_causes",
        "dim_agency",
        *MODELS_OF_THE_RULES,
    )
    # The check after writing counts again from the cube.
    cube = f"{date} and year between {question.first_year} and {question.last_year}"
    return {"annex_figures": figures, "annex_cube": cube} | {
        model: "true" if model in without_date else date for model in MODELS_OF_EVERY_ANNEX
    }


def read_annex(connection: duckdb.DuckDBPyConnection, question: Question) -> Annex:
    """Read the annex of a question from the annex models behind a connection.

    Raises click.ClickException when this build lacks what the question needs, or when its totals do not agree.
    """
    return _Reader(connection, question).read()


class _Reader:
    """Reads the annex models of one warehouse as one question selects them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, question: Question) -> None:
        self._connection = connection
        self._question = question
        self._values: dict[str, object] = {
            "reference_date": question.reference_date,
            "first_year": question.first_year,
            "last_year": question.last_year,
        }
        self._measures = {row[0]: Measure(*row) for row in self._select(MEASURES_QUERY)}
        self._breakdowns = dict(self._select(BREAKDOWNS_QUERY))
        self._total_label = self._breakdowns[TOTAL_BREAKDOWN]

    def read(self) -> Annex:
        question = self._question
        self._check_deliveries()
        self._check_types()
        tabs = tuple(TabContents(tab, tuple(self._block(table) for table in tab.tables)) for tab in question.tabs)
        for breakdown, wanted in question.member_lists.items():
            self._check_member_list(breakdown, wanted)
        previous = self._previous_reference_date()
        deliveries = self._select(DELIVERIES_QUERY)
        return Annex(
            question=question,
            tabs=tabs,
            checks=(
                self._totals_block(),
                self._deliveries_block(deliveries),
                self._crossed_block(
                    "controle_terzijde", "Terzijde gelegde rijen naar reden", "Reden", self._select(REJECTED_QUERY)
                ),
                self._crossed_block(
                    "controle_opmerkingen",
                    "Rijen met een opmerking; ze tellen mee, tenzij er ‘niet geteld’ staat",
                    "Opmerking",
                    self._select(WARNINGS_QUERY),
                ),
                self._published_block(),
            ),
            revision=self._revision_blocks(previous) if previous else (),
            previous_reference_date=previous,
            measures=self._measures,
            breakdowns=self._breakdowns,
            december=dict(self._select(DECEMBER_QUERY)),
            outside_list=self._outside_list(),
            side_figures=self._side_figures(),
            no_data=tuple(NoData(*row) for row in self._select(NO_DATA_QUERY)),
            accepted_rejections=tuple(self._accepted_rejections(deliveries)),
            provenance=_provenance(self._select("select models from build")[0][0], deliveries),
            rules=read_rules(self._select),
        )

    def _select(self, query: str, **values: object) -> list[tuple]:
        named = {**self._values, **values}
        return self._connection.execute(query, {k: v for k, v in named.items() if f"${k}" in query}).fetchall()

    def _check_deliveries(self) -> None:
        missing = [label for (label,) in self._select(MISSING_AGENCIES_QUERY)]
        if missing:
            raise click.ClickException(
                f"no delivery of {', '.join(missing)} for reference date {self._question.reference_date}; "
                "load it and run dbt build, or name another reference date in the question"
            )

    def _check_types(self) -> None:
        undecided = self._select(UNDECIDED_QUERY)
        if undecided:
            agency, event_type, type_code, rows = undecided[0]
            others = f" (and {len(undecided) - 1} more)" if undecided[1:] else ""
            raise click.ClickException(
                f"type {shown(type_code)} is on {rows} rows of the {event_type} of {agency}{others}, and nobody "
                "decided yet whether it counts; add a line to seeds/codes/counted_types.csv and run dbt build"
            )

    def _accepted_rejections(self, deliveries: list[tuple]) -> Iterator[AcceptedRejections]:
        """Return the files with many rejected rows; raises click.ClickException unless the question accepts each."""
        accepted = {(one.agency, one.event_type): one.reason for one in self._question.accepts_rejected}
        for agency, event_type, label, file_name, sheet_name, *_, delivered, _, rejected in deliveries:
            reason = accepted.pop((agency, event_type), None)
            if agency == TOTAL or rejected <= LARGEST_REJECTED_SHARE * delivered:
                continue
            if reason is None:
                raise click.ClickException(
                    f"{rejected} of the {delivered} rows of {event_type} of {label} are rejected, more than "
                    f"{LARGEST_REJECTED_SHARE:.0%}: scripts/report_rejects.py lists them; have the file mended and "
                    f"load it anew, or accept it in models/questions/{self._question.name}.yml: accepts_rejected: "
                    f"[{{agency: {agency}, event_type: {event_type}, reason: …}}]"
                )
            yield AcceptedRejections(label, file_name, sheet_name, delivered, rejected, reason)
        for agency, event_type in accepted:
            raise click.ClickException(
                f"question {self._question.name}, accepts_rejected: no {event_type} of {agency} were delivered; name "
                "an agency and an event_type of annex_checks_deliveries"
            )

    def _check_member_list(self, breakdown: str, wanted: tuple[str, ...]) -> None:
        """Raise click.ClickException unless a breakdown has exactly the members that the question prescribes."""
        counted = tuple(label for (label,) in self._select(MEMBERS_QUERY, breakdown=breakdown))
        if counted != wanted:
            differing = [label for label in (*wanted, *counted) if (label in wanted) != (label in counted)]
            what = f"{differing[0]!r} is not in both" if differing else "they stand in another order"
            raise click.ClickException(
                f"question {self._question.name}, member_lists: {breakdown} is counted by other members ({what}); "
                "prescribe those of annex_members, or add a breakdown with a list of its own (CONTRIBUTING.md)"
            )

    def _block(self, table: TableChoice) -> Block:
        """Return the block of figures that the question chose, in the order of the annex."""
        unknown = [breakdown for breakdown in table.breakdown if breakdown not in self._breakdowns]
        if unknown:
            known = ", ".join(name for name in self._breakdowns if name != TOTAL_BREAKDOWN)
            raise click.ClickException(f"{self._place(table)} has no breakdown {unknown[0]}; it has {known}")
        if table.measure not in self._measures:
            raise click.ClickException(
                f"{self._place(table)} has no measure {shown(table.measure)}; it has {', '.join(self._measures)}"
            )
        columns = self._figure_columns(table)
        breakdown, second_breakdown = _pair(table)
        lines = self._select(
            FIGURES_QUERY,
            measures=list(dict.fromkeys(measure for measure, _ in (column.codes for column in columns))),
            breakdown=breakdown,
            second_breakdown=second_breakdown,
            from_year=min(year for _, year in (column.codes for column in columns)),
        )
        figures: dict[tuple[str, ...], dict[tuple[str, int], object]] = {}
        labels: dict[tuple[str, ...], tuple[str, ...]] = {}
        width = len(table.breakdown)
        for member, second_member, label, second_label, measure, year, persons, share in lines:
            codes = (member, second_member)[:width]
            labels[codes] = (label, second_label)[:width]
            is_share = persons is None
            figures.setdefault(codes, {})[measure, year] = (
                persons if not is_share else NOT_APPLICABLE if share is None else share
            )
        rows = tuple(
            Row(codes, (*labels[codes], *(cells.get(column.codes) for column in columns)), TOTAL in codes)
            for codes, cells in figures.items()
        )
        if all(row.is_total for row in rows) or None in {cell for row in rows for cell in row.cells}:
            breakdowns = " and ".join(table.breakdown)
            raise click.ClickException(f"{self._place(table)} has no {table.measure} by breakdown {breakdowns}")
        names = [self._breakdowns[breakdown] for breakdown in table.breakdown]
        word = "naar" if table.breakdown == (REASONS,) else "per"
        title = f"{self._measures[table.measure].title} {word} {' en '.join(names).lower()}"
        if table.is_of_last_year:
            title = f"{title}, {self._question.year_header(self._question.last_year)}"
        label_columns = tuple(Column(name, TEXT) for name in names)
        return Block(table.name, title, (*label_columns, *columns), rows, width, table)

    def _place(self, table: TableChoice) -> str:
        return f"question {self._question.name}, table {table.name}: annex_figures"

    def _figure_columns(self, table: TableChoice) -> tuple[Column, ...]:
        """Return a column per year; for who was invited, one per measure of the last year."""
        last_year = self._question.last_year
        if table.is_reach:
            about = self._measures[REACH].event_type
            return tuple(
                Column(measure.label, PERCENTAGE if name == REACH else INTEGER, (name, last_year))
                for name, measure in self._measures.items()
                if measure.event_type == about
            )
        if table.is_of_last_year:
            return (Column("Aantal", INTEGER, (table.measure, last_year)),)
        return tuple(
            Column(self._question.year_header(year), INTEGER, (table.measure, year)) for year in self._question.years
        )

    def _totals_block(self) -> Block:
        years = self._question.years
        columns = (
            Column("Maat", TEXT),
            Column("Som over", TEXT),
            *(Column(self._question.year_header(year), INTEGER, (year,)) for year in years),
            Column("Klopt", TEXT),
        )
        rows: dict[tuple[str, str], list[object]] = {}
        for measure, breakdown, measure_label, breakdown_label, year, persons, agrees in self._select(TOTALS_QUERY):
            if not agrees:
                raise click.ClickException(
                    f"{measure_label} of {year} by {breakdown_label} do not add up to the total; run dbt build and "
                    "look into its tests"
                )
            row = rows.setdefault((measure, breakdown), [measure_label, breakdown_label, *(None for _ in years), "ja"])
            row[2 + year - self._question.first_year] = persons
        return Block(
            "controle_totalen",
            "Alle uitsplitsingen tellen op tot hetzelfde totaal",
            columns,
            tuple(Row(codes, tuple(cells)) for codes, cells in rows.items()),
            label_columns=2,
        )

    def _deliveries_block(self, deliveries: list[tuple]) -> Block:
        columns = (
            Column("Agentschap", TEXT),
            Column("Bestand", TEXT),
            Column("Blad", TEXT),
            Column("Versie", TEXT),
            Column("SHA-256 (begin)", TEXT),
            Column("Eerste jaar", TEXT),
            Column("Aangeleverd", INTEGER, ("delivered",)),
            Column("Aanvaard", INTEGER, ("accepted",)),
            Column("Terzijde", INTEGER, ("rejected",)),
        )
        rows = tuple(
            Row(
                (agency, event_type),
                (
                    label,
                    file_name or NOTHING,
                    sheet_name or NOTHING,
                    NOTHING if version is None else str(version),
                    sha256[:12] if sha256 else NOTHING,
                    NOTHING if first_year is None else str(first_year),
                    *figures,
                ),
                agency == TOTAL,
            )
            for agency, event_type, label, file_name, sheet_name, version, sha256, first_year, *figures in deliveries
        )
        title = "Aangeleverde, aanvaarde en terzijde gelegde rijen"
        return Block("controle_leveringen", title, columns, rows)

    def _published_block(self) -> Block:
        columns = (
            Column("Cijfer", TEXT),
            Column("Gepubliceerd", INTEGER, ("persons_published",)),
            Column("Bijlage", INTEGER, ("persons",)),
            Column("Verschil", INTEGER, ("difference",)),
            Column("Exact", TEXT),
            Column("Gepubliceerd op", TEXT),
            Column("Bron", TEXT),
        )
        rows = tuple(
            Row(
                tuple(codes),
                (label, published, persons, difference, "ja" if is_exact else "afgeleid", f"{day:%d/%m/%Y}", source),
            )
            for *codes, label, published, persons, difference, is_exact, day, source in self._select(PUBLISHED_QUERY)
        )
        return Block("controle_gepubliceerd", "Vergelijking met cijfers die al openbaar zijn", columns, rows)

    def _previous_reference_date(self) -> datetime.date | None:
        """Return the reference date to compare with, if a year of the question was closed then."""
        previous = self._select(PREVIOUS_REFERENCE_DATE_QUERY)[0][0]
        return previous if previous and previous.year > self._question.first_year else None

    def _revision_blocks(self, previous: datetime.date) -> tuple[Block, ...]:
        """Return why figures changed: persons by cause, then what changed about them, then the figures themselves."""
        self._values["last_closed_year"] = min(self._question.last_year, previous.year - 1)
        blocks = (self._causes_block(), self._attributes_block(), self._revised_figures_block())
        return tuple(block for block in blocks if block.rows)

    def _causes_block(self) -> Block:
        columns: dict[str, Column] = {}
        lines: dict[tuple[str, str, str], list[int]] = {}
        for cause, label, to_do, measure, measure_label, persons in self._select(REVISION_CAUSES_QUERY):
            columns[measure] = Column(measure_label, INTEGER, (measure,))
            lines.setdefault((cause, label, to_do or NOTHING), []).append(persons)
        return Block(
            "herziening_oorzaken",
            f"Personen die in {self._question.first_year} tot {self._values['last_closed_year']} anders geteld zijn, "
            "naar oorzaak; wat na te gaan is, staat bovenaan",
            (Column("Oorzaak", TEXT), *columns.values(), Column("Te doen", TEXT)),
            tuple(
                Row((cause,), (label, *persons, to_do), cause == TOTAL)
                for (cause, label, to_do), persons in lines.items()
            ),
        )

    def _attributes_block(self) -> Block:
        columns = (
            *(Column(header, TEXT) for header in ("Maat", "Kenmerk", "Van", "Naar")),
            Column("Personen", INTEGER, ("persons",)),
        )
        rows = tuple(Row(tuple(line[:4]), tuple(line[4:])) for line in self._select(REVISED_ATTRIBUTES_QUERY))
        return Block("herziening_kenmerken", "Andere kenmerken: van en naar", columns, rows, label_columns=4)

    def _revised_figures_block(self) -> Block:
        found: dict[tuple, dict[str, int]] = {}
        for *cell, cause, difference in self._select(REVISION_QUERY, shown=self._revised_breakdowns()):
            found.setdefault(tuple(cell), {})[cause] = difference
        occurring = {cause for by_cause in found.values() for cause in by_cause}
        causes = [(cause, label) for cause, label in self._select(CAUSES_QUERY) if cause in occurring]
        columns = (
            *(Column(header, TEXT) for header in ("Maat", "Jaar", "Kenmerk", "Waarde")),
            Column("Vorige", INTEGER, ("before",)),
            Column("Nu", INTEGER, ("now",)),
            Column("Verschil", INTEGER, ("difference",)),
            *(Column(label, INTEGER, (cause,)) for cause, label in causes),
        )
        rows = tuple(
            Row(
                (measure, year, breakdown, member),
                (label, str(year), *labels, *figures, *(by_cause.get(cause, 0) for cause, _ in causes)),
            )
            for (measure, year, breakdown, member, label, *labels_and_figures), by_cause in found.items()
            for labels, figures in ((labels_and_figures[:2], labels_and_figures[2:]),)
        )
        title = "Cijfers die veranderden, en hoeveel elke oorzaak daaraan bijdroeg"
        return Block("herziening_cijfers", title, columns, rows, label_columns=4)

    def _revised_breakdowns(self) -> list[str]:
        """Return `measure/breakdown` of the agency and of what the question shows."""
        shown = {f"{measure}/agency" for measure in self._measures}
        for table in self._question.tables:
            measures = {measure for measure, _ in (column.codes for column in self._figure_columns(table))}
            shown |= {f"{measure}/{breakdown}" for measure in measures for breakdown in table.breakdown}
        return sorted(shown)

    def _side_figures(self) -> dict[str, SideFigure]:
        found: dict[str, SideFigure] = {}
        for note, label, year, persons, share in self._select(SIDE_FIGURES_QUERY):
            found.setdefault(note, SideFigure(label, {})).figures[year] = share if persons is None else persons
        return found

    def _outside_list(self) -> tuple[OutsideList, ...]:
        found: dict[tuple[str, str], dict[int, int]] = {}
        for measure, label, year, persons in self._select(OUTSIDE_LIST_QUERY):
            found.setdefault((measure, label), {})[year] = persons
        return tuple(
            OutsideList(self._measures[measure], label, persons) for (measure, label), persons in found.items()
        )

    def _crossed_block(self, table_name: str, title: str, label_header: str, cells: Iterable[tuple]) -> Block:
        """Lay out (row code, row label, column codes, column label, figure) cells, ordered by row, then by column."""
        columns: dict[tuple, Column] = {}
        rows: dict[tuple[str, str], list[int]] = {}
        for code, label, column_codes, header, figure in cells:
            columns.setdefault(tuple(column_codes), Column(header, INTEGER, tuple(column_codes)))
            rows.setdefault((code, label), []).append(figure)
        return Block(
            table_name,
            title,
            (Column(label_header, TEXT), *columns.values()),
            tuple(Row((code,), (label, *figures), code == TOTAL) for (code, label), figures in rows.items()),
        )


def _pair(table: TableChoice) -> tuple[str, str]:
    """Return the two breakdowns of a table; a single one stands beside the total."""
    first, second = (*table.breakdown, TOTAL_BREAKDOWN)[:2]
    return first, second


def _provenance(models: str, deliveries: list[tuple]) -> dict[str, str]:
    """Return what was built of the models, and the version and hash of every delivered file."""
    return {"models": models} | {
        f"{agency}/{file_name}" + (f"/{sheet_name}" if sheet_name else ""): f"version {version}, sha256 {sha256}"
        for agency, _, _, file_name, sheet_name, version, sha256, *_ in deliveries
        if agency != TOTAL
    }
