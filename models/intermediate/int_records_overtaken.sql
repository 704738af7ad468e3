{%- set content = [
    'is_person_number_valid', 'person_key', 'invalid_number_pseudonym', 'dossier_number', 'nis_code', 'nationality_code',
    'gender_code', 'target_group_code', 'residence_status_code', 'type_code', 'key_date_as_delivered',
    'letter_sent_on_as_delivered', 'registered_on_as_delivered', 'no_show_reason_code',
] %}

with records as (

    select * from {{ ref('int_records') }}
    where unusable_date_reason is null

),

repeated_numbers as (

    select * from {{ ref('int_repeated_numbers') }}

),

competing as (

    select records.*
    from records
    inner join repeated_numbers
        on
            records.fact = repeated_numbers.fact
            and records.agency = repeated_numbers.agency
            and records.reference_date = repeated_numbers.reference_date
            and records.record_number = repeated_numbers.record_number

),

compared as (

    select
        fact,
        agency,
        reference_date,
        row_number,
        row_number() over last_row_first as place_from_the_end,
        {%- for column in content %}
        ({{ column }} is not distinct from first_value({{ column }}) over last_row_first)
        {%- if not loop.last %} and{% else %} as is_identical_to_last_row{% endif %}
        {%- endfor %}
    from competing
    window last_row_first as (partition by fact, agency, reference_date, record_number order by row_number desc)

),

overtaken as (

    select
        fact,
        agency,
        reference_date,
        row_number,
        case when is_identical_to_last_row then 'duplicate' else 'superseded' end as set_aside_reason
    from compared
    where place_from_the_end > 1

)

select * from overtaken
