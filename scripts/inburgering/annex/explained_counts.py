"""Count, for every figure of an annex at once, what is behind it: files, delivered codes, and the figure before.

One pass copies the counted persons of the question into the connection's own memory; a few grouped queries per pair of
breakdowns follow, and none per figure. No row, number or key of a person leaves these queries.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from inburgering.annex.annex import ABSENT, TOTAL, TOTAL_BREAKDOWN, Annex
from inburgering.intake.decoding import shown

# Who counts at this reference date or at the previous one, with what was delivered on the row that counts.
PERSONS = """
create or replace temp table explained_persons as
select persons.*, {attributes}
from annex_counted_persons as persons
inner join int_events as events using (reference_date, agency, event_type, row_number)
where
    persons.reference_date in ($reference_date, $previous_reference_date)
    and persons.year between $first_year and $last_year
    and list_contains($counted, persons.measure)
"""

FILES = """
select files.agency, files.event_type, agencies.label, event_types.label, files.file_name, files.sheet_name
from stg_landing__current_files as files
inner join dim_agency as agencies using (agency)
inner join event_types using (event_type)
where files.reference_date = $reference_date
order by agencies.sort_order, event_types.sort_order
"""

# A member and a total are levels of the same breakdown: of every grouped row, each level is one figure.
LEVELS = """
levels (of_first, of_second) as (values {levels}),
"""
LEVEL = """
    case when of_first then {first} else 'totaal' end as {side}member,
    case when of_second then {second} else 'totaal' end as {side}second_member,"""

COUNTS = """
with {levels}
grouped as (
    select
        reference_date, measure, year, {first} as first_of_row, {second} as second_of_row, agency, event_type,
        count(*) as persons
    from explained_persons
    where {first} is not null and {second} is not null
    group by all
)
select
    reference_date = $reference_date as is_now, measure, year, {level} agency, event_type,
    cast(sum(persons) as bigint), agencies.sort_order
from grouped inner join dim_agency as agencies using (agency) cross join levels
group by all
order by agencies.sort_order
"""

# Where a code stands in no list, the warning about the row says so.
CODES = """
with {levels}
warnings_of_rows as (
    select of_rows.agency, of_rows.event_type, of_rows.row_number, min(warnings.label) as label
    from int_event_warnings as of_rows
    inner join warnings using (warning)
    where of_rows.reference_date = $reference_date and warnings.attribute = '{attribute}'
    group by all
),
grouped as (
    select
        persons.measure, persons.year, {first} as first_of_row, {second} as second_of_row, persons.agency,
        persons.event_type, persons.{attribute} as code, of_rows.label as warning, count(*) as persons
    from explained_persons as persons
    left join warnings_of_rows as of_rows using (agency, event_type, row_number)
    where persons.reference_date = $reference_date and {first} is not null and {second} is not null
    group by all
)
select
    grouped.measure, grouped.year, {level}
    agencies.short_label, grouped.code, codes.meaning, codes.code_list, grouped.warning,
    agencies.sort_order, cast(sum(grouped.persons) as bigint) as persons
from grouped
inner join dim_agency as agencies using (agency)
left join int_codes as codes
    on
        agencies.dialect = codes.dialect
        and codes.attribute = '{attribute}'
        and lower(grouped.code) = lower(codes.code)
        and coalesce(codes.event_type, grouped.event_type) = grouped.event_type
cross join levels
where {of_breakdown}
group by all
order by persons desc, agencies.sort_order, grouped.code nulls first, grouped.warning
"""

# Who left a figure for a cause and who came into it; who stays in a figure is no change of it.
CAUSES = """
with {levels}
grouped as (
    select
        revised.measure, revised.cause, revised.old_year, revised.new_year,
        {old_first} as old_first, {old_second} as old_second, {new_first} as new_first, {new_second} as new_second,
        count(*) as persons
    from annex_revised_persons as revised
    left join explained_persons as earlier
        on
            revised.measure = earlier.measure and revised.previous_reference_date = earlier.reference_date
            and revised.old_agency = earlier.agency and revised.old_row_number = earlier.row_number
    left join explained_persons as later
        on
            revised.measure = later.measure and revised.reference_date = later.reference_date
            and revised.new_agency = later.agency and revised.new_row_number = later.row_number
    where revised.reference_date = $reference_date
    group by all
),
leveled as (
    select measure, cause, old_year, new_year, {old_level} {new_level} sum(persons) as persons
    from grouped cross join levels
    group by all
),
moved as (
    select * from leveled
    where (old_year, old_member, old_second_member) is distinct from (new_year, new_member, new_second_member)
),
sides as (
    select measure, new_year as year, new_member as member, new_second_member as second_member, cause,
        persons as persons_in, 0 as persons_out
    from moved
    union all
    select measure, old_year, old_member, old_second_member, cause, 0, persons
    from moved
)
select
    measure, year, member, second_member,
    causes.label, cast(sum(persons_in) as bigint), cast(sum(persons_out) as bigint), causes.sort_order
from sides
inner join revision_causes as causes using (cause)
where year between $first_year and $last_year and year < year($previous_reference_date)
    and member is not null and second_member is not null
group by all
order by causes.sort_order
"""

# Of those who count, how many needed no more months than the median.
WITHIN_MEDIAN = """
with figures as (
    select
        figures.measure, measures.denominator, measures.next_step, figures.year, figures.member, figures.second_member,
        figures.median_months
    from annex_figures as figures
    inner join measures using (measure)
    where
        figures.reference_date = $reference_date and figures.breakdown = $first_breakdown
        and figures.second_breakdown = $second_breakdown and figures.median_months is not null
        and list_contains($measures, figures.measure) and figures.year between $first_year and $last_year
)
select figures.measure, figures.year, figures.member, figures.second_member, count(*)
from figures
inner join explained_persons as persons
    on
        persons.reference_date = $reference_date
        and figures.denominator = persons.measure and figures.year = persons.year
        and figures.member in ('totaal', {first}) and figures.second_member in ('totaal', {second})
        and case figures.next_step {months} end <= figures.median_months
group by all
"""

PREVIOUS = """
select measure, year, member, second_member, coalesce(persons, share, median_months), absence
from annex_figures
where
    reference_date = $previous_reference_date and breakdown = $first_breakdown and second_breakdown = $second_breakdown
    and list_contains($measures, measure) and year between $first_year and $last_year
"""


@dataclass(frozen=True, order=True)
class Place:
    """What a figure is of: a measure, a year, and the members of a pair of breakdowns; what is missing is the total."""

    pair: tuple[str, str]
    measure: str
    year: int
    members: tuple[str, str]


@dataclass(frozen=True)
class DeliveredCode:
    """A code as an agency delivered it: its meaning and list, and the warning where it stands in none."""

    agency: str
    code: str | None
    meaning: str | None
    code_list: str | None
    warning: str | None


@dataclass(frozen=True)
class DeliveredFile:
    """A delivered file that counted rows stand in."""

    agency: str
    events: str
    file_name: str
    sheet_name: str | None


@dataclass
class Counted:
    """What is behind a count: persons per file, per delivered code of each attribute, and at the previous date.

    `causes` has, per cause, who came into the count and who left it since.
    """

    files: dict[DeliveredFile, int] = field(default_factory=dict)
    codes: dict[str, dict[DeliveredCode, int]] = field(default_factory=dict)
    before: int = 0
    causes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def persons(self) -> int:
        """Return how many persons count."""
        return sum(self.files.values())


@dataclass(frozen=True)
class Counts:
    """What is behind all figures: counts by their place, and per figure its value before and, of a median, who is in.

    `attributes` has the meaning of every delivered attribute, `attribute_of` the one that decides a breakdown, and
    `revised` the breakdowns of which it is known why a figure changed.
    """

    counted: dict[Place, Counted]
    before: dict[Place, float | str]
    within_median: dict[Place, int]
    attributes: dict[str, str]
    attribute_of: dict[str, str]
    revised: frozenset[str]

    def has_causes(self, place: Place) -> bool:
        """Return whether it is known why a figure changed: not where the member is a reason or another step's year."""
        return all(
            member == TOTAL or breakdown in self.revised
            for breakdown, member in zip(place.pair, place.members, strict=True)
        )

    def at(self, place: Place) -> Counted:
        """Return what is behind a count; nothing where nobody counts."""
        return self.counted.get(place, Counted())


def pairs_of(annex: Annex) -> tuple[tuple[str, str], ...]:
    """Return the pairs of breakdowns of the question's tables."""
    return tuple(dict.fromkeys(pair_of(table.breakdown) for table in annex.question.tables))


def pair_of(names: Iterable[str], total: str = TOTAL_BREAKDOWN) -> tuple[str, str]:
    """Return a pair of breakdowns, or of members with their total; what `names` does not have is the total."""
    first, second = (*names, total, total)[:2]
    return first, second


def shown_measures(annex: Annex) -> list[str]:
    """Return the measures of the question's figures."""
    blocks = [block for tab in annex.tabs for block in tab.blocks]
    return sorted({figure.measure for block in blocks for row in block.rows for figure in row.figures})


def counted_measures(annex: Annex) -> list[str]:
    """Return the measures of persons that the figures of the question are, or are made from."""
    measures = [annex.measures[measure] for measure in shown_measures(annex)]
    persons = {one.measure for one in measures if one.unit == "persons"}
    return sorted(persons.union(*({one.numerator, one.denominator} - {None} for one in measures)))  # type: ignore[arg-type]


def read_counts(connection: duckdb.DuckDBPyConnection, annex: Annex) -> Counts:
    """Count what is behind every figure of an annex."""
    return _Counter(connection, annex).read()


class _Counter:
    def __init__(self, connection: duckdb.DuckDBPyConnection, annex: Annex) -> None:
        self._connection = connection
        self._annex = annex
        question = annex.question
        self._values: dict[str, Any] = {
            "reference_date": question.reference_date,
            # With no previous date, nothing is of it.
            "previous_reference_date": annex.previous_reference_date or datetime.date.min,
            "first_year": question.first_year,
            "last_year": question.last_year,
            "counted": counted_measures(annex),
            "measures": shown_measures(annex),
        }
        attributes = dict(self._select("select attribute, meaning from attributes order by event_type nulls last"))
        self._attribute_of = dict(
            self._select("select breakdown, attribute from annex_breakdowns where attribute is not null")
        )
        revised = self._select(
            "select breakdown from annex_breakdowns where event_types is null and not only_with_reasons"
        )
        self._counts = Counts(
            {}, {}, {}, attributes, self._attribute_of, frozenset(breakdown for (breakdown,) in revised)
        )

    def read(self) -> Counts:
        attributes = sorted(set(self._attribute_of.values()))
        self._select(PERSONS.format(attributes=", ".join(f"events.{attribute}" for attribute in attributes)))
        files = {
            (agency, event_type): DeliveredFile(label, events, file_name, sheet_name)
            for agency, event_type, label, events, file_name, sheet_name in self._select(FILES)
        }
        for pair in pairs_of(self._annex):
            self._count(pair, files)
            self._codes(pair)
            self._medians(pair)
            if self._annex.previous_reference_date:
                self._causes(pair)
                self._before(pair)
        return self._counts

    def _select(self, query: str, **values: object) -> list[tuple]:
        named = {**self._values, **values}
        return self._connection.execute(query, {k: v for k, v in named.items() if f"${k}" in query}).fetchall()

    def _count(self, pair: tuple[str, str], files: dict[tuple[str, str], DeliveredFile]) -> None:
        query = COUNTS.format(**_columns(pair), level=_level("first_of_row", "second_of_row"))
        for is_now, measure, year, member, second_member, agency, event_type, persons, _ in self._select(query):
            counted = self._at(pair, measure, year, member, second_member)
            if is_now:
                counted.files[files[agency, event_type]] = persons
            else:
                counted.before += persons

    def _codes(self, pair: tuple[str, str]) -> None:
        sides: dict[str, list[str]] = {}
        for breakdown, side in zip(pair, ("of_first", "of_second"), strict=True):
            if breakdown in self._attribute_of:
                sides.setdefault(self._attribute_of[breakdown], []).append(side)
        # Two breakdowns by the same attribute, such as province and region, have its codes once.
        for attribute, of_breakdown in sides.items():
            query = CODES.format(
                **_columns(pair),
                level=_level("first_of_row", "second_of_row"),
                attribute=attribute,
                of_breakdown=" or ".join(of_breakdown),
            )
            for (
                measure,
                year,
                member,
                second_member,
                agency,
                code,
                meaning,
                code_list,
                warning,
                _,
                persons,
            ) in self._select(query):
                known = code if code is None or meaning is not None else shown(code)
                delivered = DeliveredCode(agency, known, meaning, code_list, warning)
                codes = self._at(pair, measure, year, member, second_member).codes.setdefault(attribute, {})
                codes[delivered] = codes.get(delivered, 0) + persons

    def _causes(self, pair: tuple[str, str]) -> None:
        sides = {f"old_{name}": text for name, text in _columns(pair, "earlier.").items() if name != "levels"}
        sides |= {f"new_{name}": text for name, text in _columns(pair, "later.").items() if name != "levels"}
        query = CAUSES.format(
            **sides,
            levels=_columns(pair)["levels"],
            old_level=_level("old_first", "old_second", "old_"),
            new_level=_level("new_first", "new_second", "new_"),
        )
        for measure, year, member, second_member, cause, persons_in, persons_out, _ in self._select(query):
            if self._counts.has_causes(Place(pair, measure, year, (member, second_member))):
                self._at(pair, measure, year, member, second_member).causes[cause] = (persons_in, persons_out)

    def _medians(self, pair: tuple[str, str]) -> None:
        months = {
            f"when '{one.next_step}' then persons.months_to_{one.next_step}"
            for one in self._annex.measures.values()
            if one.unit == "months"
        }
        if not months:
            return
        query = WITHIN_MEDIAN.format(**_columns(pair, "persons."), months=" ".join(sorted(months)))
        for measure, year, member, second_member, persons in self._select(query, **_breakdowns(pair)):
            self._counts.within_median[Place(pair, measure, year, (member, second_member))] = persons

    def _before(self, pair: tuple[str, str]) -> None:
        for measure, year, member, second_member, figure, absence in self._select(PREVIOUS, **_breakdowns(pair)):
            value = ABSENT[absence] if absence else figure if self._annex.measures[measure].is_share else int(figure)
            self._counts.before[Place(pair, measure, year, (member, second_member))] = value

    def _at(self, pair: tuple[str, str], measure: str, year: int, member: str, second_member: str) -> Counted:
        return self._counts.counted.setdefault(Place(pair, measure, year, (member, second_member)), Counted())


def _columns(pair: tuple[str, str], of: str = "") -> dict[str, str]:
    """Return the columns of a pair of breakdowns, and the levels at which its figures stand."""
    first, second = (f"'{TOTAL}'" if breakdown == TOTAL_BREAKDOWN else of + breakdown for breakdown in pair)
    levels = [
        f"({of_first}, {of_second})"
        for of_first in (True, False)
        for of_second in (True, False)
        if (pair[0] != TOTAL_BREAKDOWN or not of_first) and (pair[1] != TOTAL_BREAKDOWN or not of_second)
    ]
    return {"first": first, "second": second, "levels": LEVELS.format(levels=", ".join(levels))}


def _level(first: str, second: str, side: str = "") -> str:
    return LEVEL.format(first=first, second=second, side=side)


def _breakdowns(pair: tuple[str, str]) -> dict[str, str]:
    return {"first_breakdown": pair[0], "second_breakdown": pair[1]}
