with provinces as (
    select * from {{ ref('provinces') }}
)

select
    province,
    label,
    sort_order,
    true as is_listed
from provinces
