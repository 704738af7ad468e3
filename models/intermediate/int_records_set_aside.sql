with judged as (

    select * from {{ ref('int_records_judged') }}

),

broken_rows as (

    select * from {{ ref('stg_landing__broken_rows') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

set_aside as (

    select
        fact,
        agency,
        reference_date,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        record_number,
        key_date_as_delivered,
        set_aside_reason
    from judged
    where set_aside_reason is not null

    union all

    select
        broken_rows.fact,
        broken_rows.agency,
        broken_rows.reference_date,
        broken_rows.delivery_version,
        broken_rows.file_name,
        broken_rows.sheet_name,
        broken_rows.row_number,
        cast(null as {{ dbt.type_string() }}) as record_number,
        cast(null as {{ dbt.type_string() }}) as key_date_as_delivered,
        broken_rows.set_aside_reason
    from broken_rows
    inner join current_deliveries
        on
            broken_rows.agency = current_deliveries.agency
            and broken_rows.reference_date = current_deliveries.reference_date
            and broken_rows.delivery_version = current_deliveries.delivery_version

)

select * from set_aside
