{{ config(materialized='view') }}

with events as (
    select * from {{ ref('int_events') }}
),

broken_rows as (
    select * from {{ ref('stg_landing__broken_rows') }}
),

current_files as (
    select * from {{ ref('int_current_files') }}
),

rejected as (
    select
        agency,
        reference_date,
        event_type,
        row_number,
        rejection_reason
    from events
    where rejection_reason is not null

    union all

    select
        broken_rows.agency,
        broken_rows.reference_date,
        broken_rows.event_type,
        broken_rows.row_number,
        broken_rows.rejection_reason
    from broken_rows
    inner join current_files
        on
            broken_rows.agency = current_files.agency
            and broken_rows.reference_date = current_files.reference_date
            and broken_rows.delivery_version = current_files.delivery_version
            and broken_rows.event_type = current_files.event_type
)

select * from rejected
