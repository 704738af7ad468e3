select
    not_registered_reason, label, sort_order,
    true as is_listed
from {{ ref('not_registered_reasons') }}
