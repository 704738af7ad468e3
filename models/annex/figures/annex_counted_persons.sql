{{ config(materialized='view') }}

{%- set counted = [
    ('contracts', 'contract', 'contract_date is not null'),
    ('attests', 'attest', 'attest_date is not null'),
    ('invited', 'invitation', 'invitation_date is not null'),
    ('registered', 'invitation', 'invitation_date is not null and is_registered'),
    ('not_registered', 'invitation', 'invitation_date is not null and not is_registered'),
] %}
{%- set linked_years = {
    'next_contract_year': ('invitation', 'contract'),
    'previous_invitation_year': ('contract', 'invitation'),
    'next_attest_year': ('contract', 'attest'),
    'previous_contract_year': ('attest', 'contract'),
} %}
{%- set durations = {
    'registration': ('invitation', 'months_to_registration'),
    'contract': ('invitation', 'months_to_contract'),
    'attest': ('contract', 'months_to_attest'),
} %}
{%- set attributes = [
    'province', 'region', 'working_area', 'nationality_group', 'nationality', 'gender', 'target_group', 'residence_status',
    'own_residence_status',
] %}

with counted_persons as (
    {% for measure, step, condition in counted %}
    select
        '{{ measure }}' as measure,
        '{{ step }}s' as event_type,
        reference_date, person_key,
        {%- for column in ['year', 'agency', 'row_number', 'event_number'] + attributes %}
        {{ step }}_{{ column }} as {{ column }},
        {%- endfor %}
        {{ step }}_date as attribution_date,
        {{ 'not_registered_reason' if measure == 'not_registered' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as not_registered_reason,
        {%- for linked_year, (of_step, other_step) in linked_years.items() %}
        {%- if of_step == step %}
        {%- set earlier, later = (step, other_step) if linked_year.startswith('next') else (other_step, step) %}
        case
            when {{ other_step }}_date is null then 'none'
            when {{ later }}_date < {{ earlier }}_date then 'other_order'
            else cast({{ other_step }}_year as {{ dbt.type_string() }})
        end as {{ linked_year }},
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as {{ linked_year }},
        {%- endif %}
        {%- endfor %}
        {%- for next_step, (of_step, months) in durations.items() %}
        {{ months if of_step == step else 'cast(null as integer)' }} as months_to_{{ next_step }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('fct_trajectories') }}
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Who took the next step within some months counts under a measure of its own too.
measures as (
    select
        measure,
        measure as of_measure,
        cast(null as {{ dbt.type_string() }}) as next_step,
        cast(null as integer) as within_months
    from {{ ref('measures') }}
    where unit = 'persons'

    union all

    select numerator as measure, denominator as of_measure, next_step, within_months
    from {{ ref('measures') }}
    where within_months is not null
)

select
    measures.measure, persons.event_type, persons.reference_date, persons.year, persons.agency, persons.row_number,
    persons.person_key, persons.event_number, persons.attribution_date,
    {%- for column in attributes + ['not_registered_reason'] + linked_years | list %}
    persons.{{ column }},
    {%- endfor %}
    {%- for next_step in durations %}
    persons.months_to_{{ next_step }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from counted_persons as persons
inner join measures
    on
        persons.measure = measures.of_measure
        and (
            measures.within_months is null
            {%- for next_step in durations %}
            or (measures.next_step = '{{ next_step }}' and persons.months_to_{{ next_step }} <= measures.within_months)
            {%- endfor %}
        )
