with counts as (

    select * from {{ ref('annex_counts') }}

)

select
    reference_date,
    year,
    breakdown,
    member,
    label,
    sort_order,
    persons as not_registered
from counts
where
    measure = 'not_registered'
    and breakdown in ('not_registered_reason', 'total')
