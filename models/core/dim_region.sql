select
    region, label, sort_order,
    true as is_listed
from {{ ref('regions') }}
