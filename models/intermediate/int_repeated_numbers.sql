with records as (

    select * from {{ ref('int_records') }}

),

repeated as (

    select
        fact,
        agency,
        reference_date,
        record_number
    from records
    group by fact, agency, reference_date, record_number
    having count(*) > 1

)

select * from repeated
