{{ config(materialized='incremental') }}

-- The row of the total is counted by itself in the cube; the members add up to it, or somebody is lost or doubled.
with sums as (
    select
        reference_date, year, measure, breakdown,
        cast(sum(case when member <> 'totaal' or breakdown = 'total' then persons end) as bigint) as persons,
        cast(sum(case when member = 'totaal' then persons end) as bigint) as persons_in_total
    from {{ ref('annex_figures') }}
    where second_breakdown = 'total' and persons is not null and {{ is_to_build() }}
    group by reference_date, year, measure, breakdown
),

first_years as (
    select
        reference_date, event_type,
        min(first_year) as first_year
    from {{ ref('annex_checks_deliveries') }}
    group by reference_date, event_type
),

labelled as (
    select
        sums.*,
        measures.label as measure_label,
        measures.sort_order as measure_sort_order,
        breakdowns.label as breakdown_label,
        breakdowns.sort_order as breakdown_sort_order,
        coalesce(sums.year >= first_years.first_year, false) as has_data
    from sums
    inner join {{ ref('measures') }} as measures using (measure)
    inner join {{ ref('annex_breakdowns') }} as breakdowns using (breakdown)
    left join first_years
        on sums.reference_date = first_years.reference_date and measures.event_type = first_years.event_type
)

select
    reference_date, year, measure, measure_label, measure_sort_order, breakdown, breakdown_label, breakdown_sort_order,
    case when has_data then persons end as persons,
    persons = persons_in_total and (has_data or persons = 0) as agrees
from labelled
