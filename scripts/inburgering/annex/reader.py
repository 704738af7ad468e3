"""Read the annex of a question from the annex models, once.

Nothing is counted here: every figure is a cell of a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click
import duckdb

from inburgering.annex.annex import (
    ABSENT,
    INTEGER,
    PERCENTAGE,
    TEXT,
    TOTAL,
    TOTAL_BREAKDOWN,
    AcceptedRejections,
    Annex,
    Block,
    Build,
    Column,
    Figure,
    Measure,
    NotYet,
    OutsideList,
    Row,
    SideFigure,
    Source,
    TabContents,
    event_types_of,
)
from inburgering.annex.control_blocks import ControlBlocks
from inburgering.annex.findings import read_findings
from inburgering.annex.question import Question, TableChoice
from inburgering.annex.rules import MODELS as MODELS_OF_THE_RULES
from inburgering.annex.rules import read_rules
from inburgering.annex.texts import dutch_list, joined_titles, uncapitalised
from inburgering.intake.decoding import shown

# With more of a file's rows rejected, its figures are wrong unless somebody knows why.
LARGEST_REJECTED_SHARE = 0.10

# What every annex shows beside the figures of its question. None of these models has a row per person.
MODELS_OF_A_DATE = (
    "annex_notes",
    "annex_medians",
    "annex_checks_undecided",
    "annex_checks_issued",
    "annex_checks_totals",
    "annex_checks_deliveries",
    "annex_checks_rejected",
    "annex_checks_warnings",
    "annex_checks_published",
    "annex_compared_dates",
    "annex_revision",
    "annex_revision_moves",
)
MODELS_WITHOUT_DATE = (
    "annex_breakdowns",
    "annex_members",
    "revision_causes",
    "measures",
    "choices",
    "dim_agency",
    "event_types",
    "side_figures",
    *MODELS_OF_THE_RULES,
)

MEASURES_QUERY = """
select
    measure, label, title, definition, event_type, unit, numerator, denominator, next_step, within_months, is_revised
from measures
order by sort_order
"""

BREAKDOWNS_QUERY = "select breakdown, label, other_event_type from annex_breakdowns order by sort_order"

MEMBERS_QUERY = "select label from annex_members where breakdown = $breakdown and not is_total order by sort_order"

# The last year gives the order of the rows. Of a long list only the members that occur in the years shown have a row.
FIGURES_QUERY = """
select
    member, second_member, label, second_label, measure, year,
    coalesce(persons, share, median_months) as figure, absence
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

# The first year in which any agency has a row of what the measures count.
FIRST_YEAR_QUERY = """
select min(first_year) from annex_checks_deliveries
where
    reference_date = $reference_date
    and event_type in (select event_type from measures where list_contains($measures, measure))
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

NOT_YET_QUERY = """
select measure, year, given_from from annex_figures
where
    reference_date = $reference_date
    and breakdown = 'total'
    and year between $first_year and $last_year
    and list_contains($measures, measure)
    and absence = 'not_yet'
order by measure, year
"""

OUTSIDE_LIST_QUERY = """
select measure, label, year, persons from annex_notes
where reference_date = $reference_date and note = 'status_outside_list' and year between $first_year and $last_year
order by measure desc, label, year
"""

UNDECIDED_QUERY = """
select short_label, event_type, type_code, sum(rows_undecided)
from annex_checks_undecided
where reference_date = $reference_date and year <= $last_year
group by all
order by all
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
    # The check after writing counts again from the cube.
    cube = f"{date} and year between {question.first_year} and {question.last_year}"
    return (
        {"annex_figures": figures, "annex_cube": cube}
        | dict.fromkeys(MODELS_OF_A_DATE, date)
        | dict.fromkeys(MODELS_WITHOUT_DATE, "true")
    )


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
        breakdowns = self._select(BREAKDOWNS_QUERY)
        self._breakdowns = {breakdown: label for breakdown, label, _ in breakdowns}
        self._other_event_types = {breakdown: other for breakdown, _, other in breakdowns if other}

    def read(self) -> Annex:
        question = self._question
        self._check_deliveries()
        self._check_types()
        tabs = tuple(TabContents(tab, tuple(self._block(table) for table in tab.tables)) for tab in question.tabs)
        for breakdown, wanted in question.member_lists.items():
            self._check_member_list(breakdown, wanted)
        control = ControlBlocks(self._select, question, self._measures, self._event_types(question.tables))
        return Annex(
            question=question,
            tabs=tabs,
            checks=control.checks(),
            revision=control.revision(),
            previous_reference_date=control.previous_reference_date,
            measures=self._measures,
            breakdowns=self._breakdowns,
            other_event_types=self._other_event_types,
            december=dict(self._select(DECEMBER_QUERY)),
            outside_list=self._outside_list(),
            side_figures=self._side_figures(),
            not_yet=tuple(
                NotYet(*row)
                for row in self._select(
                    NOT_YET_QUERY, measures=sorted({measure for table in question.tables for measure in table.measures})
                )
            ),
            not_approved=control.not_approved,
            findings=read_findings(
                self._select, self._event_types(table for table in question.tables if table.has_year_columns)
            ),
            accepted_rejections=tuple(self._accepted_rejections(control.deliveries)),
            is_synthetic=any(is_synthetic for *_, is_synthetic, _, _, _, _ in control.deliveries),
            build=Build(*self._select("select commit, code_lists, rules from build")[0]),
            sources=tuple(
                Source(agency, label, file_name, sheet_name, version, sha256)
                for agency, _, label, file_name, sheet_name, version, sha256, *_ in control.deliveries
                if agency != TOTAL
            ),
            rules=read_rules(self._select),
        )

    def _select(self, query: str, **values: object) -> list[tuple]:
        named = {**self._values, **values}
        return self._connection.execute(query, {k: v for k, v in named.items() if f"${k}" in query}).fetchall()

    def _event_types(self, tables: Iterable[TableChoice]) -> list[str]:
        """Return the event types that the figures of tables come from."""
        return sorted(
            set().union(*(event_types_of(table, self._measures, self._other_event_types) for table in tables))
        )

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
        self._check_names(table)
        years = tuple(self._question.years) if table.has_year_columns else (self._question.last_year,)
        columns = self._figure_columns(table, years)
        if table.rows == "members":
            names, rows = [self._breakdowns[breakdown] for breakdown in table.breakdown], self._members(table, years)
        elif table.rows == "years":
            names, rows = ["Jaar"], self._years(table)
        else:
            names, rows = ["Aanmelding"], self._measure_rows(table)
            columns = (Column("Aantal", INTEGER, ("persons",)), Column("Aandeel", PERCENTAGE, ("share",)))
        label_columns = tuple(Column(name, TEXT) for name in names)
        title = self._title(table, names)
        return Block(table.name, title, (*label_columns, *columns), rows, len(label_columns), table)

    def _check_names(self, table: TableChoice) -> None:
        """Raise click.ClickException for a breakdown or a measure that is not there."""
        for what, names, known in (
            ("breakdown", table.breakdown, [name for name in self._breakdowns if name != TOTAL_BREAKDOWN]),
            ("measure", table.measures, list(self._measures)),
        ):
            unknown = [name for name in names if name not in known]
            if unknown:
                raise click.ClickException(
                    f"{self._place(table)} has no {what} {shown(unknown[0])}; it has {', '.join(known)}"
                )

    def _figure_columns(self, table: TableChoice, years: tuple[int, ...]) -> tuple[Column, ...]:
        """Return a column per measure, and where the table shows several years, per year."""
        measures = [self._measures[measure] for measure in table.measures]
        if table.has_year_columns:
            return tuple(
                Column(
                    f"{measure.label} {self._question.year_header(year)}",
                    PERCENTAGE if measure.is_share else INTEGER,
                    (measure.measure, year),
                )
                for measure in measures
                for year in years
            )
        return tuple(
            Column(
                measure.label if len(measures) > 1 else "Aantal",
                PERCENTAGE if measure.is_share else INTEGER,
                (measure.measure,),
            )
            for measure in measures
        )

    def _members(self, table: TableChoice, years: tuple[int, ...]) -> tuple[Row, ...]:
        """Return a row per member or pair of members; those with a total stand last."""
        figures = [Figure(measure, year) for measure in table.measures for year in years]
        found = self._figures(table.measures, _pair(table), years[0])
        width = len(table.breakdown)
        rows = [
            Row(
                codes[:width],
                (*labels[:width], *(cells.get(figure) for figure in figures)),
                TOTAL in codes[:width],
                tuple(figures),
            )
            for (codes, labels), cells in found.items()
        ]
        if all(row.is_total for row in rows) or any(None in row.cells for row in rows):
            breakdowns, measures = " and ".join(table.breakdown), " and ".join(table.measures)
            raise click.ClickException(f"{self._place(table)} has no {measures} by breakdown {breakdowns}")
        return tuple(sorted(rows, key=lambda row: row.is_total))

    def _years(self, table: TableChoice) -> tuple[Row, ...]:
        """Return a row per year in which any agency has a row of what the table counts."""
        first = self._select(FIRST_YEAR_QUERY, measures=list(table.measures))[0][0] or self._question.last_year
        years = [year for year in self._question.years if year >= min(first, self._question.last_year)]
        cells = self._totals(table.measures, years[0])
        return tuple(
            Row(
                (year,),
                (self._question.year_header(year), *(cells[Figure(measure, year)] for measure in table.measures)),
                figures=tuple(Figure(measure, year) for measure in table.measures),
            )
            for year in years
        )

    def _measure_rows(self, table: TableChoice) -> tuple[Row, ...]:
        """Return a row per measure with its share of the last one, which is the total."""
        year = self._question.last_year
        shares = {
            measure.numerator: name
            for name, measure in self._measures.items()
            if measure.denominator == table.measures[-1]
        }
        lacking = [measure for measure in table.measures if measure not in shares]
        if lacking:
            raise click.ClickException(f"{self._place(table)} has no share of {lacking[0]} in {table.measures[-1]}")
        cells = self._totals((*table.measures, *shares.values()), year)
        return tuple(
            Row(
                (measure,),
                (self._measures[measure].label, cells[count], cells[share]),
                measure == table.measures[-1],
                (count, share),
            )
            for measure in table.measures
            for count, share in ((Figure(measure, year), Figure(shares[measure], year)),)
        )

    def _totals(self, measures: tuple[str, ...], from_year: int) -> dict[Figure, object]:
        """Return the figures that are broken down by nothing."""
        [cells] = self._figures(measures, (TOTAL_BREAKDOWN, TOTAL_BREAKDOWN), from_year).values()
        return cells

    def _figures(
        self, measures: tuple[str, ...], pair: tuple[str, str], from_year: int
    ) -> dict[tuple[tuple[str, str], tuple[str, str]], dict[Figure, object]]:
        """Return the figures of the codes and labels of every pair of members, in the order of the last year."""
        found: dict[tuple[tuple[str, str], tuple[str, str]], dict[Figure, object]] = {}
        for member, second_member, label, second_label, measure, year, figure, absence in self._select(
            FIGURES_QUERY, measures=list(measures), breakdown=pair[0], second_breakdown=pair[1], from_year=from_year
        ):
            value = ABSENT[absence] if absence else figure if self._measures[measure].is_share else int(figure)
            found.setdefault(((member, second_member), (label, second_label)), {})[Figure(measure, year)] = value
        return found

    def _title(self, table: TableChoice, names: list[str]) -> str:
        """Return the title of a table: what it counts, by what, and of which year where it is one."""
        measures = [self._measures[measure] for measure in table.measures]
        of_year = f", {self._question.year_header(self._question.last_year)}"
        if table.rows == "measures":
            *parts, whole = measures
            return f"{whole.title}: {dutch_list(uncapitalised(part.title) for part in parts)}{of_year}"
        what = joined_titles([measure for measure in measures if measure.is_share] or measures)
        return f"{what} per {dutch_list(names).lower()}{of_year if table.years == 'last' else ''}"

    def _place(self, table: TableChoice) -> str:
        return f"question {self._question.name}, table {table.name}: annex_figures"

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


def _pair(table: TableChoice) -> tuple[str, str]:
    """Return the two breakdowns of a table; what is missing is the total."""
    first, second = (*table.breakdown, TOTAL_BREAKDOWN, TOTAL_BREAKDOWN)[:2]
    return first, second
