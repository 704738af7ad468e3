select
    working_area, label, sort_order,
    true as is_listed
from {{ ref('working_areas') }}
