{{ config(materialized='view') }}

with records as (

    select * from {{ ref('int_records') }}

),

overtaken as (

    select * from {{ ref('int_records_overtaken') }}

),

judged as (

    select
        records.*,
        coalesce(records.unusable_date_reason, overtaken.set_aside_reason) as set_aside_reason
    from records
    left join overtaken
        on
            records.fact = overtaken.fact
            and records.agency = overtaken.agency
            and records.reference_date = overtaken.reference_date
            and records.row_number = overtaken.row_number

)

select * from judged
