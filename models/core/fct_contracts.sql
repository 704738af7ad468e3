with records as (

    select * from {{ ref('int_records_attributed') }}
    where fact = 'contracts'

),

trajectory_types as (

    select * from {{ ref('trajectory_types') }}

),

typed as (

    select
        records.*,
        coalesce(trajectory_types.is_civic_integration, false) as is_civic_integration
    from records
    left join trajectory_types
        on records.type_code = trajectory_types.trajectory_type

),

ranked as (

    select
        *,
        row_number() over (
            partition by reference_date, person_key, is_civic_integration
            order by key_date, agency_tie_order, record_number
        ) as place_in_time
    from typed

),

final as (

    select
        {{ fact_columns() }},
        record_number as contract_number,
        type_code as trajectory_type,
        key_date as signed_on,
        cast(extract(year from key_date) as integer) as contract_year,
        is_civic_integration,
        is_civic_integration and place_in_time = 1 as is_first_contract
    from ranked

)

select * from final
