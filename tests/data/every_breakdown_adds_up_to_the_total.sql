with totals as (
    select * from {{ ref('annex_checks_totals') }}
),

reference_dates as (
    select distinct reference_date
    from {{ ref('stg_landing__current_files') }}
),

expected as (
    select
        reference_dates.reference_date,
        measures.measure,
        breakdowns.breakdown
    from reference_dates
    cross join {{ ref('measures') }} as measures
    inner join {{ ref('annex_breakdowns') }} as breakdowns
        on
            (measures.has_reasons or not breakdowns.only_with_reasons)
            and (breakdowns.event_types is null or breakdowns.event_types like '%' || measures.event_type || '%')
    where measures.unit = 'persons'
)

select
    'a breakdown does not add up' as problem,
    reference_date,
    measure,
    breakdown,
    year
from totals
where not coalesce(agrees, false)

union all

select
    'a breakdown is not there' as problem,
    expected.reference_date,
    expected.measure,
    expected.breakdown,
    null as year
from expected
left join totals
    on
        expected.reference_date = totals.reference_date
        and expected.measure = totals.measure
        and expected.breakdown = totals.breakdown
where totals.measure is null
