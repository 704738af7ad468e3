select warning
from {{ ref('warnings') }}
where coalesce(is_counted = (warning in ('empty_type_code', 'unknown_type_code')), true)
