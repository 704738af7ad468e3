with delivered_files as (
    select * from {{ ref('stg_landing__delivered_files') }}
),

newest as (
    select
        agency,
        reference_date,
        max(delivery_version) as delivery_version
    from delivered_files
    group by agency, reference_date
),

current_files as (
    select
        delivered_files.agency,
        delivered_files.reference_date,
        delivered_files.delivery_version,
        delivered_files.event_type,
        delivered_files.file_name,
        delivered_files.sheet_name,
        delivered_files.sha256,
        delivered_files.rows_delivered
    from delivered_files
    inner join newest
        on
            delivered_files.agency = newest.agency
            and delivered_files.reference_date = newest.reference_date
            and delivered_files.delivery_version = newest.delivery_version
)

select * from current_files
