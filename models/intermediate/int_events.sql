{{ config(materialized='incremental') }}

{%- set of_every_type = [
    'agency', 'reference_date', 'delivery_version', 'event_type', 'row_number', 'person_pseudonym', 'is_person_number_valid',
    'dossier_number', 'nis_code', 'nationality_code', 'gender_code', 'target_group_code', 'residence_status_code',
    'event_number', 'event_date_as_delivered', 'event_date',
] %}
{%- set of_some_types = {
    'type_code': {'data_type': dbt.type_string(), 'event_types': ['contracts', 'attests']},
    'letter_sent_on_as_delivered': {'data_type': dbt.type_string(), 'event_types': ['invitations']},
    'letter_sent_on': {'data_type': 'date', 'event_types': ['invitations']},
    'registered_on_as_delivered': {'data_type': dbt.type_string(), 'event_types': ['invitations']},
    'registered_on': {'data_type': 'date', 'event_types': ['invitations']},
    'not_registered_reason_code': {'data_type': dbt.type_string(), 'event_types': ['invitations']},
} %}
{%- set codes = [
    'nis_code', 'nationality_code', 'gender_code', 'target_group_code', 'residence_status_code', 'type_code',
    'not_registered_reason_code',
] %}
{%- set other_values = [
    'person_pseudonym', 'dossier_number', 'event_date_as_delivered', 'letter_sent_on_as_delivered', 'registered_on_as_delivered',
] %}

with delivered as (
    {% for dialect in var('agencies').values() | map(attribute='dialect') | unique %}
    {%- set last_dialect = loop.last %}
    {%- for event_type in ['invitations', 'contracts', 'attests'] %}
    select
        {%- for column, only in of_some_types.items() %}
        {{ column if event_type in only.event_types else 'cast(null as ' ~ only.data_type ~ ')' }} as {{ column }},
        {%- endfor %}
        {{ of_every_type | join(', ') }}
    from {{ ref('stg_' ~ dialect ~ '__' ~ event_type) }}
    {% if not (loop.last and last_dialect) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}
),

dated as (
    select
        delivered.*,
        {{ person_key('delivered') }} as person_key,
        case
            when {{ is_possible('delivered.event_date') }} then null
            when delivered.event_date_as_delivered is null then 'missing_event_date'
            when delivered.event_date is null then 'unreadable_event_date'
            when delivered.event_date > delivered.reference_date then 'event_date_after_reference_date'
            else 'event_date_too_early'
        end as unusable_date
    from delivered
    inner join {{ ref('stg_landing__current_files') }} using (agency, reference_date, delivery_version, event_type)
    where {{ is_to_build() }}
),

repeated_numbers as (
    select agency, reference_date, event_type, event_number
    from dated
    where unusable_date is null and event_number is not null
    group by agency, reference_date, event_type, event_number
    having count(*) > 1
),

-- Of rows with one number the last in the file stays; the others say whether it holds the same.
competing as (
    select
        agency, reference_date, event_type, dated.row_number,
        row_number() over last_row_first as place_from_the_end,
        {%- for code in codes %}
        (lower(dated.{{ code }}) is not distinct from first_value(lower(dated.{{ code }})) over last_row_first) and
        {%- endfor %}
        {%- for value in other_values %}
        (dated.{{ value }} is not distinct from first_value(dated.{{ value }}) over last_row_first)
        {%- if not loop.last %} and{% else %} as is_identical{% endif %}
        {%- endfor %}
    from dated
    inner join repeated_numbers using (agency, reference_date, event_type, event_number)
    where dated.unusable_date is null
    window last_row_first as (
        partition by agency, reference_date, event_type, dated.event_number order by dated.row_number desc
    )
)

select
    agency, reference_date, event_type, row_number, dated.person_key, dated.is_person_number_valid,
    dated.dossier_number, dated.event_number, dated.event_date_as_delivered, dated.event_date, dated.type_code,
    dated.letter_sent_on_as_delivered,
    case when {{ is_possible('dated.letter_sent_on') }} then dated.letter_sent_on end as letter_sent_on,
    dated.registered_on_as_delivered,
    case when {{ is_possible('dated.registered_on') }} then dated.registered_on end as registered_on,
    dated.not_registered_reason_code, dated.nis_code, dated.nationality_code, dated.gender_code,
    dated.target_group_code, dated.residence_status_code,
    case
        when dated.unusable_date is not null then dated.unusable_date
        when competing.place_from_the_end > 1 and competing.is_identical then 'duplicate'
        when competing.place_from_the_end > 1 then 'superseded'
    end as rejection_reason
from dated
left join competing using (agency, reference_date, event_type, row_number)
