select
    agency,
    cast(reference_date as date) as reference_date,
    cast(version as integer) as delivery_version,
    event_type, file_name, sheet_name, sha256, size_bytes, rows_delivered, rows_broken, rows_added, rows_gone,
    rows_changed, loaded_at, key_fingerprint
from {{ source('landing', 'delivery') }}
