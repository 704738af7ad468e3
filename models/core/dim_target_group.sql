with target_groups as (
    select * from {{ ref('target_groups') }}
)

select
    target_group,
    label,
    sort_order,
    true as is_listed
from target_groups
