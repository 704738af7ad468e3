select
    target_group, label, sort_order,
    true as is_listed
from {{ ref('target_groups') }}
