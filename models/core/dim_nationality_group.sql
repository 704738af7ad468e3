select
    nationality_group, label, sort_order,
    true as is_listed
from {{ ref('nationality_groups') }}
