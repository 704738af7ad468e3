select
    agency,
    cast(reference_date as date) as reference_date,
    cast(version as integer) as delivery_version,
    event_type, row_number,
    reason as rejection_reason
from {{ source('landing', 'broken_rows') }}
