with delivered_files as (
    select * from {{ ref('stg_landing__delivered_files') }}
),

newest as (
    select
        agency, reference_date,
        max(delivery_version) as delivery_version
    from delivered_files
    group by agency, reference_date
)

select
    agency, reference_date, delivery_version, files.event_type, files.file_name, files.sheet_name, files.sha256,
    files.rows_delivered,
    files.key_fingerprint = '{{ var("sample_key_fingerprint") }}' as is_synthetic
from delivered_files as files
inner join newest using (agency, reference_date, delivery_version)
