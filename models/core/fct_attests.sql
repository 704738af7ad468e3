with records as (

    select * from {{ ref('int_records_attributed') }}
    where fact = 'attests'

),

attest_types as (

    select * from {{ ref('attest_types') }}

),

typed as (

    select
        records.*,
        coalesce(attest_types.counts_as_attest, false) as is_counted_type
    from records
    left join attest_types
        on records.type_code = attest_types.attest_type

),

ranked as (

    select
        *,
        row_number() over (
            partition by reference_date, person_key, is_counted_type
            order by key_date, agency_tie_order, record_number
        ) as place_in_time
    from typed

),

final as (

    select
        {{ fact_columns() }},
        record_number as attest_number,
        type_code as attest_type,
        key_date as obtained_on,
        cast(extract(year from key_date) as integer) as attest_year,
        is_counted_type,
        is_counted_type and place_in_time = 1 as is_first_attest
    from ranked

)

select * from final
