{{ config(materialized='table', access='protected') }}

with files as (
    select
        agency, event_type, file_name, sheet_name, sha256, rows_delivered,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        key_fingerprint = '{{ var("sample_key_fingerprint") }}' as is_synthetic
    from {{ source('landing', 'delivery') }}
),

newest as (
    select
        agency, reference_date,
        max(delivery_version) as delivery_version
    from files
    group by agency, reference_date
)

select
    agency, reference_date, delivery_version, files.event_type, files.file_name, files.sheet_name, files.sha256,
    files.rows_delivered, files.is_synthetic
from files
inner join newest using (agency, reference_date, delivery_version)
