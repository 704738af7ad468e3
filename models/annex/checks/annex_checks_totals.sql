-- The row of the total is counted by itself in the cube; the members add up to it, or somebody is lost or doubled.
with sums as (
    select
        reference_date, year, measure, breakdown,
        cast(sum(case when member <> 'totaal' or breakdown = 'total' then persons end) as bigint) as persons,
        cast(sum(case when member = 'totaal' then persons end) as bigint) as persons_in_total
    from {{ ref('annex_figures') }}
    where second_breakdown = 'total' and persons is not null
    group by reference_date, year, measure, breakdown
)

select
    sums.reference_date, sums.year, measure,
    measures.label as measure_label,
    measures.sort_order as measure_sort_order,
    breakdown,
    breakdowns.label as breakdown_label,
    breakdowns.sort_order as breakdown_sort_order,
    sums.persons,
    sums.persons = sums.persons_in_total as agrees
from sums
inner join {{ ref('measures') }} as measures using (measure)
inner join {{ ref('annex_breakdowns') }} as breakdowns using (breakdown)
