{%- set content = [
    'person_pseudonym', 'dossier_number', 'nis_code', 'nationality_code', 'gender_code', 'target_group_code',
    'residence_status_code', 'type_code', 'key_date_as_delivered', 'letter_sent_on_as_delivered',
    'registered_on_as_delivered', 'no_show_reason_code',
] %}

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
repeated_numbers as (

    select
        fact,
        agency,
        reference_date,
        record_number,
        max(row_number) as last_row_number
    from dated
    where unusable_date_reason is null
    group by fact, agency, reference_date, record_number
    having count(*) > 1

),

competing as (

    select
        dated.fact,
        dated.agency,
        dated.reference_date,
        dated.record_number,
        dated.row_number,
        repeated_numbers.last_row_number,
        {%- for column in content %}
        dated.{{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from dated
    inner join repeated_numbers
        on
            dated.fact = repeated_numbers.fact
            and dated.agency = repeated_numbers.agency
            and dated.reference_date = repeated_numbers.reference_date
            and dated.record_number = repeated_numbers.record_number

),

overtaken as (

    select
        earlier_rows.fact,
        earlier_rows.agency,
        earlier_rows.reference_date,
        earlier_rows.row_number,
        case
            when
                (earlier_rows.{{ content[0] }} is not distinct from last_rows.{{ content[0] }})
                {%- for column in content[1:] %}
                and (earlier_rows.{{ column }} is not distinct from last_rows.{{ column }})
                {%- endfor %}
                then 'duplicate'
            else 'superseded'
        end as set_aside_reason
    from competing as earlier_rows
    inner join competing as last_rows
        on
            earlier_rows.fact = last_rows.fact
            and earlier_rows.agency = last_rows.agency
            and earlier_rows.reference_date = last_rows.reference_date
            and earlier_rows.record_number = last_rows.record_number
            and earlier_rows.last_row_number = last_rows.row_number
    where earlier_rows.row_number < earlier_rows.last_row_number

),

judged as (

    select
        dated.agency,
        dated.reference_date,
        dated.delivery_version,
        dated.file_name,
        dated.sheet_name,
        dated.row_number,
        dated.is_person_number_valid,
        dated.person_key,
        dated.dossier_number,
        dated.nis_code,
        dated.nationality_code,
        dated.nationality_code_kind,
        dated.nationality,
        dated.gender_code,
        dated.gender,
        dated.target_group_code,
        dated.target_group,
        dated.residence_status_code,
        dated.residence_status,
        dated.fact,
        dated.record_number,
        dated.key_date_as_delivered,
        dated.key_date,
        dated.type_code,
        dated.letter_sent_on_as_delivered,
        dated.letter_sent_on,
        dated.registered_on_as_delivered,
        dated.registered_on,
        dated.no_show_reason_code,
        coalesce(dated.unusable_date_reason, overtaken.set_aside_reason) as set_aside_reason
    from dated
    left join overtaken
        on
            dated.fact = overtaken.fact
            and dated.agency = overtaken.agency
            and dated.reference_date = overtaken.reference_date
            and dated.row_number = overtaken.row_number

)

select * from judged
