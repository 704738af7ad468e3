with revision as (
    select * from {{ ref('annex_revision') }}
),

explained as (
    select
        reference_date,
        measure,
        year,
        agency,
        difference,
        sum(difference_by_cause) as difference_by_causes
    from revision
    group by reference_date, measure, year, agency, difference
),

reference_dates as (
    select distinct
        reference_date,
        min(reference_date) over () as first_reference_date
    from {{ ref('int_current_files') }}
)

select
    'the causes do not add up' as problem,
    reference_date,
    measure,
    year,
    agency
from explained
where coalesce(difference <> difference_by_causes, true)

union all

select
    'a reference date is compared with none' as problem,
    reference_dates.reference_date,
    null as measure,
    null as year,
    null as agency
from reference_dates
left join revision
    on reference_dates.reference_date = revision.reference_date
where
    revision.reference_date is null
    and reference_dates.reference_date > reference_dates.first_reference_date
    and extract(year from reference_dates.first_reference_date) > {{ var('first_possible_day')[:4] }}
