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
    invited,
    registered,
    not_registered,
    reach
from figures
where breakdown in ('agency', 'province', 'total')
