with totals as (

    select * from {{ ref('annex_control_totals') }}

),

expected as (

    select distinct current_deliveries.reference_date
    from {{ ref('int_current_deliveries') }} as current_deliveries

)

select
    'a breakdown does not add up' as problem,
    totals.reference_date,
    totals.measure,
    totals.breakdown,
    totals.year
from totals
where not coalesce(totals.agrees, false)

union all

select
    'a reference date has no totals' as problem,
    expected.reference_date,
    null as measure,
    null as breakdown,
    null as year
from expected
where expected.reference_date not in (select totals.reference_date from totals)
