{{ config(materialized='incremental') }}

{%- set codes = [
    'nis_code', 'nationality_code', 'gender_code', 'target_group_code', 'residence_status_code', 'type_code',
    'not_registered_reason_code',
] %}
{%- set other_values = [
    'known_person', 'dossier_number', 'event_date_as_delivered', 'letter_sent_on_as_delivered', 'registered_on_as_delivered',
] %}
{%- set named_row = 'agency, reference_date, event_type, row_number, rejection_reason, known_person' %}

with events as (
    select
        *,
        case
            when is_person_number_valid or dossier_number is not null then {{ person_as_text('person_key') }}
        end as known_person
    from {{ ref('int_events') }}
    where {{ is_to_build() }}
),

types as (
    {% for event_type in ['contracts', 'attests'] %}
    select
        '{{ event_type }}' as event_type,
        agency, reference_date, row_number, is_counted_type
    from {{ ref('fct_' ~ event_type) }}
    where {{ is_to_build() }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

without_number as (
    select
        {{ named_row }},
        md5(
            {%- for value in other_values %}
            coalesce({{ value }}, '') || '|' ||
            {%- endfor %}
            {%- for code in codes %}
            lower(coalesce({{ code }}, '')){% if not loop.last %} || '|' ||{% endif %}
            {%- endfor %}
        ) as content
    from events
    where event_number is null
),

named as (
    select
        {{ named_row }},
        'content:' || content || ':' || cast(
            row_number() over (partition by agency, reference_date, event_type, content order by row_number)
            as {{ dbt.type_string() }}
        ) as row_key
    from without_number

    union all

    select
        {{ named_row }},
        'number:' || event_number as row_key
    from events
    where event_number is not null
),

-- Of the rows with one number, one is accepted at most.
final as (
    select
        named.agency, named.reference_date, named.event_type, named.row_key,
        max(case when named.rejection_reason is null then named.row_number end) as row_number,
        max(case
            when named.rejection_reason is null then coalesce(named.known_person, named.agency || ' ' || named.row_key)
        end) as person,
        coalesce(max(case when types.is_counted_type or named.event_type = 'invitations' then 1 end), 0) = 1 as is_counted_type
    from named
    left join types
        on
            named.agency = types.agency
            and named.reference_date = types.reference_date
            and named.event_type = types.event_type
            and named.row_number = types.row_number
    group by named.agency, named.reference_date, named.event_type, named.row_key
)

select * from final
