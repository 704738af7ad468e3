with figures as (

    select * from {{ ref('annex_figures') }}

)

select
    reference_date,
    year,
    breakdown,
    member,
    label,
    sort_order,
    not_registered
from figures
where breakdown in ('not_registered_reason', 'total')
