"""What a careful person looks at before an annex is sent: read once, said on the screen and in the control file."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

# With fewer of a file's rows rejected, nobody is told.
LARGEST_QUIET_SHARE = 0.02

PUBLISHED_QUERY = """
select label, persons, persons_published, is_exact, published_on, difference, is_comparable
from annex_checks_published
where reference_date = $reference_date and year between $first_year and $last_year
order by abs(difference) desc, label
"""

# Within the years of the question an export is refused.
UNDECIDED_QUERY = """
select type_code, sum(rows_undecided), event_type, short_label
from annex_checks_undecided
where reference_date = $reference_date and year > $last_year
group by all
order by all
"""

REJECTED_QUERY = """
select agency, agency_label, file_name, sheet_name, rows_delivered, rows_rejected
from annex_checks_deliveries
where reference_date = $reference_date and agency <> 'totaal' and rows_rejected > $share * rows_delivered
order by agency_sort_order, event_type_sort_order
"""

ISSUED_QUERY = """
select question, issued_on, count(*) from annex_checks_issued
where reference_date = $reference_date
group by all
order by all
"""

# What an agency did not deliver over the years shown: before the first year in which the file has a row. Of some event
# types the annex shows every year, of others the last one.
NO_DATA_QUERY = """
select agency_label, event_type, event_types.label, first_year
from annex_checks_deliveries
inner join event_types using (event_type)
where
    reference_date = $reference_date
    and coalesce(
        first_year > case when list_contains($shown_by_year, event_type) then $first_year else $last_year end, true
    )
order by agency_sort_order, event_type_sort_order
"""


@dataclass(frozen=True)
class PublishedFigure:
    """A figure that was public already, beside that of the annex; only a comparable one can be in the deliveries."""

    label: str
    persons: int
    persons_published: int
    is_exact: bool
    published_on: datetime.date
    difference: int
    is_comparable: bool


@dataclass(frozen=True)
class UndecidedType:
    """A type of which nobody decided whether it counts, on rows after the years of the question."""

    type_code: str
    rows: int
    event_type: str
    agency: str


@dataclass(frozen=True)
class RejectedRows:
    """A file of which more rows were rejected than goes without saying."""

    agency: str
    agency_label: str
    file_name: str
    sheet_name: str | None
    rows_delivered: int
    rows_rejected: int


@dataclass(frozen=True)
class NoData:
    """Years of the question over which an agency has no row of an event type: all before `first_year`, or all."""

    agency: str
    event_type: str
    label: str
    first_year: int | None


@dataclass(frozen=True)
class IssuedOtherwise:
    """An issued annex of which figures come out otherwise now."""

    question: str
    issued_on: datetime.date
    figures: int


@dataclass(frozen=True)
class Findings:
    """What to look at; all of it empty where there is nothing."""

    published: tuple[PublishedFigure, ...]
    undecided: tuple[UndecidedType, ...]
    rejected: tuple[RejectedRows, ...]
    no_data: tuple[NoData, ...]
    issued: tuple[IssuedOtherwise, ...]

    @property
    def comparable(self) -> tuple[PublishedFigure, ...]:
        """Return the published figures that the deliveries can hold."""
        return tuple(one for one in self.published if one.is_comparable)

    @property
    def differing(self) -> tuple[PublishedFigure, ...]:
        """Return those of them that are not equal, the largest difference first."""
        return tuple(one for one in self.comparable if one.difference)


def read_findings(select: Callable[..., list[tuple]], shown_by_year: list[str]) -> Findings:
    """Read what to look at with `select`, which runs a query on the warehouse for one question.

    `shown_by_year` has the event types of which the question shows every year in a column.
    """
    return Findings(
        published=tuple(PublishedFigure(*row) for row in select(PUBLISHED_QUERY)),
        undecided=tuple(UndecidedType(*row) for row in select(UNDECIDED_QUERY)),
        rejected=tuple(RejectedRows(*row) for row in select(REJECTED_QUERY, share=LARGEST_QUIET_SHARE)),
        issued=tuple(IssuedOtherwise(*row) for row in select(ISSUED_QUERY)),
        no_data=tuple(NoData(*row) for row in select(NO_DATA_QUERY, shown_by_year=shown_by_year)),
    )
