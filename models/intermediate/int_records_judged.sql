with records as (

    select * from {{ ref('int_records') }}

),

dated as (

    select
        *,
        case
            when key_date_as_delivered is null then 'missing_key_date'
            when key_date is null then 'unreadable_key_date'
            when key_date > reference_date then 'key_date_after_reference_date'
            when key_date < cast('{{ var("first_possible_day") }}' as date) then 'key_date_too_early'
        end as unusable_date_reason
    from records

),

-- Only rows that could be counted compete for a key: a row with an unusable date never sets another aside.
competing as (

    select
        *,
        row_number() over (
            partition by fact, agency, reference_date, record_number, unusable_date_reason is null
            order by row_number desc
        ) as place_from_end,
        first_value(content_hash) over (
            partition by fact, agency, reference_date, record_number, unusable_date_reason is null
            order by row_number desc
        ) as content_hash_of_last
    from dated

),

judged as (

    select
        *,
        case
            when unusable_date_reason is not null then unusable_date_reason
            when place_from_end > 1 and content_hash = content_hash_of_last then 'duplicate'
            when place_from_end > 1 then 'superseded'
        end as set_aside_reason
    from competing

)

select * from judged
