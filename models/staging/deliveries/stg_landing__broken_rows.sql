with source as (

    select * from {{ source('landing', 'broken_rows') }}

),

renamed as (

    select
        agency,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        {{ fact_of_table('table_name') }} as fact,
        file_name,
        sheet_name,
        row_number,
        reason as set_aside_reason
    from source

)

select * from renamed
