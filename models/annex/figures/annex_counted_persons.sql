{{ config(materialized='view') }}

{%- set counted = [
    ('contracts', 'fct_contracts', 'is_first_contract'),
    ('attests', 'fct_attests', 'is_first_attest'),
    ('invited', 'fct_invitations', 'is_invited'),
    ('registered', 'fct_invitations', 'is_invited and is_registered'),
    ('not_registered', 'fct_invitations', 'is_invited and not is_registered'),
] %}

with counted_persons as (
    {% for measure, fact, condition in counted %}
    select
        '{{ measure }}' as measure,
        '{{ fact[4:] }}' as event_type,
        reference_date, year, agency, row_number, person_key, event_number,
        {{ 'letter_sent_on' if fact == 'fct_invitations' else 'event_date' }} as attribution_date,
        province, region, working_area, nationality_group, nationality, gender, target_group, residence_status,
        own_residence_status,
        {{ 'not_registered_reason' if measure == 'not_registered' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as not_registered_reason
    from {{ ref(fact) }}
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from counted_persons
