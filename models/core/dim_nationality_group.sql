with nationality_groups as (
    select * from {{ ref('nationality_groups') }}
)

select
    nationality_group,
    label,
    sort_order,
    true as is_listed
from nationality_groups
