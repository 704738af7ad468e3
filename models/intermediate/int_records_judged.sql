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
last_rows as (

    select
        fact,
        agency,
        reference_date,
        record_number,
        max(row_number) as row_number,
        max_by(content_hash, row_number) as content_hash
    from dated
    where unusable_date_reason is null
    group by fact, agency, reference_date, record_number

),

judged as (

    select
        dated.*,
        case
            when dated.unusable_date_reason is not null then dated.unusable_date_reason
            when dated.row_number = last_rows.row_number then null
            when dated.content_hash = last_rows.content_hash then 'duplicate'
            else 'superseded'
        end as set_aside_reason
    from dated
    left join last_rows
        on
            dated.fact = last_rows.fact
            and dated.agency = last_rows.agency
            and dated.reference_date = last_rows.reference_date
            and dated.record_number = last_rows.record_number

)

select * from judged
