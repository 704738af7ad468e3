"""What the screen says after an export: what to look at before the annex is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from inburgering.annex.annex import NoData
from inburgering.annex.question import Question

LARGEST_QUIET_SHARE = 0.02
MOST_LINES = 10

# A figure can only be compared where the deliveries begin no later: with the first year in which anybody is counted, of
# that agency where the figure is one of an agency.
PUBLISHED_QUERY = """
with counted_since as (
    select measure, breakdown, member, min(year) as first_year
    from annex_cube
    where reference_date = $reference_date and breakdown in ('total', 'agency') and second_breakdown = 'total'
    group by all
)
select
    published.label, published.persons, published.persons_published, published.is_exact, published.published_on,
    published.difference, published.year >= counted_since.first_year as is_comparable
from annex_checks_published as published
left join counted_since
    on published.measure = counted_since.measure
    and counted_since.breakdown = case when published.breakdown = 'agency' then 'agency' else 'total' end
    and counted_since.member = case when published.breakdown = 'agency' then published.member else 'totaal' end
where published.reference_date = $reference_date and published.year between $first_year and $last_year
order by abs(published.difference) desc, published.label
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
select agency_label, file_name, sheet_name, rows_delivered, rows_rejected
from annex_checks_deliveries
where reference_date = $reference_date and agency <> 'totaal' and rows_rejected > $share * rows_delivered
order by agency_sort_order, event_type_sort_order
"""


def notices(question: Question, connection: duckdb.DuckDBPyConnection, no_data: Iterable[NoData] = ()) -> Iterator[str]:
    """Say in lines how the figures compare with those already public, which rows do not count, and what is no data."""
    values = {
        "reference_date": question.reference_date,
        "first_year": question.first_year,
        "last_year": question.last_year,
        "share": LARGEST_QUIET_SHARE,
    }

    def select(query: str) -> list[tuple]:
        return connection.execute(query, {k: v for k, v in values.items() if f"${k}" in query}).fetchall()

    published = select(PUBLISHED_QUERY)
    comparable = [row for row in published if row[-1]]
    differing = [row for row in comparable if row[-2]]
    line = f"{len(comparable) - len(differing)} of {len(comparable)} published figures are equal"
    if len(comparable) < len(published):
        line += f"; {len(published) - len(comparable)} are of years or agencies that were not delivered"
    yield line + ("; see the tab Controle" if differing else "")
    for label, persons, public, is_exact, day, difference, _ in differing[:MOST_LINES]:
        origin = "published" if is_exact else "worked out from what was published"
        yield f"  {label}: {persons}, but {public} {origin} on {day} ({difference:+})"
    if len(differing) > MOST_LINES:
        yield f"  … {len(differing) - MOST_LINES} more"
    for type_code, rows, event_type, agency in select(UNDECIDED_QUERY):
        yield (
            f"Not counted, after {question.last_year}: type {type_code} on {rows} rows of the {event_type} of "
            f"{agency}; decide in seeds/codes/counted_types.csv whether it counts"
        )
    for missing in no_data:
        when = f"before {missing.first_year}" if missing.first_year else "at all"
        yield (
            f"No data, which is not zero: {missing.agency} has no {missing.event_type} {when}; "
            "the notes of the annex say so"
        )
    for agency, file_name, sheet_name, delivered, rejected in select(REJECTED_QUERY):
        place = f"{file_name}, sheet {sheet_name}" if sheet_name else file_name
        yield (
            f"Rejected: {rejected} of {delivered} rows of {place} of {agency} ({rejected / delivered:.0%}); "
            "see the tab Controle, and scripts/report_rejects.py for the rows"
        )
