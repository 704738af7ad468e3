select
    province, label, sort_order,
    true as is_listed
from {{ ref('provinces') }}
