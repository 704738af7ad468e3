"""The rules of the count as the texts of the annex tell them, read from the data that the count itself uses."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

# Terms that apply to letters sent by the reference date.
TERMS_QUERY = """
select provinces.label, terms.months, terms.letters_from
from registration_terms as terms
left join dim_province as provinces using (province)
where terms.letters_from <= $reference_date
qualify
    terms.province <> 'everywhere'
    or terms.letters_from = max(terms.letters_from) over (partition by terms.province)
order by provinces.sort_order nulls first, terms.letters_from
"""

OTHER_TYPES_QUERY = """
select event_type, label from counted_types
where not is_counted_type and label is not null
order by event_type, type_code
"""

FORMER_EU_MEMBERS_QUERY = """
select nationalities.label, memberships.member_until
from eu_memberships as memberships
inner join dim_nationality as nationalities using (nationality)
where memberships.member_until <= $reference_date
order by memberships.member_until, nationalities.label
"""

BELGIANS_QUERY = """
select count(*) > 0 from eu_memberships
where nationality = 'BE' and member_from <= $reference_date and coalesce(member_until > $reference_date, true)
"""

STATUSES_ELSEWHERE_QUERY = """
select statuses.label, reported.label
from dim_residence_status as statuses
inner join dim_residence_status as reported on statuses.reported_as = reported.residence_status
where not statuses.is_listed
order by statuses.sort_order
"""

AGENCIES_QUERY = """
select label from dim_agency
where agency in (select agency from annex_checks_deliveries where reference_date = $reference_date)
order by sort_order
"""

# The models that the queries read, beside those of the figures.
MODELS = (
    "registration_terms",
    "counted_types",
    "eu_memberships",
    "dim_nationality",
    "dim_province",
    "dim_residence_status",
)


@dataclass(frozen=True)
class Term:
    """The months that an invited person has to register: everywhere, or from a first letter on in one province."""

    province: str | None
    months: int
    letters_from: datetime.date


@dataclass(frozen=True)
class Rules:
    """What the texts say of the count on a reference date.

    `other_types` has, per event type, the names of types that do not count; `former_eu_members` has each country with
    the first day on which it was no member any more; `statuses_elsewhere` has each residence status that the question
    does not list, with the one under which it counts.
    """

    agencies: tuple[str, ...]
    terms: tuple[Term, ...]
    other_types: dict[str, tuple[str, ...]]
    former_eu_members: tuple[tuple[str, datetime.date], ...]
    is_belgium_eu: bool
    statuses_elsewhere: tuple[tuple[str, str], ...]


def read_rules(select: Callable[[str], list[tuple]]) -> Rules:
    """Read the rules with `select`, which runs a query on the warehouse for one reference date."""
    other_types: dict[str, tuple[str, ...]] = {}
    for event_type, label in select(OTHER_TYPES_QUERY):
        other_types[event_type] = (*other_types.get(event_type, ()), label)
    return Rules(
        agencies=tuple(label for (label,) in select(AGENCIES_QUERY)),
        terms=tuple(Term(*row) for row in select(TERMS_QUERY)),
        other_types=other_types,
        former_eu_members=tuple((label, until) for label, until in select(FORMER_EU_MEMBERS_QUERY)),
        is_belgium_eu=select(BELGIANS_QUERY)[0][0],
        statuses_elsewhere=tuple((label, under) for label, under in select(STATUSES_ELSEWHERE_QUERY)),
    )
