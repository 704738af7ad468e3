with not_registered_reasons as (
    select * from {{ ref('not_registered_reasons') }}
)

select
    not_registered_reason,
    label,
    sort_order,
    true as is_listed
from not_registered_reasons
