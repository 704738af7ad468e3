{{ config(materialized='incremental') }}

{%- set attributes = [
    'province', 'region', 'working_area', 'nationality_group', 'nationality', 'gender', 'target_group', 'residence_status',
    'own_residence_status',
] %}
{%- set steps = {
    'invitation': {'fact': 'fct_invitations', 'reached': 'is_invited', 'date': 'letter_sent_on'},
    'contract': {'fact': 'fct_contracts', 'reached': 'is_first_contract', 'date': 'event_date'},
    'attest': {'fact': 'fct_attests', 'reached': 'is_first_attest', 'date': 'event_date'},
} %}
{%- set durations = {
    'months_to_registration': ('invitation_date', 'first_registration'),
    'months_to_contract': ('invitation_date', 'contract_date'),
    'months_to_attest': ('contract_date', 'attest_date'),
    'months_since_invitation': ('invitation_date', 'reference_date'),
    'months_since_contract': ('contract_date', 'reference_date'),
} %}

with first_dates as (
    select
        reference_date, person_key,
        min(event_date) as first_extraction,
        min(letter_sent_on) as first_letter,
        min(registered_on) as first_registration
    from {{ ref('fct_invitations') }}
    where {{ is_to_build() }}
    group by reference_date, person_key
),

{%- for step, of_step in steps.items() %}
{{ step }}s as (
    select
        reference_date, person_key,
        {{ of_step.date }} as {{ step }}_date,
        year as {{ step }}_year,
        agency as {{ step }}_agency,
        row_number as {{ step }}_row_number,
        event_number as {{ step }}_event_number,
        {%- if step == 'invitation' %}
        is_registered, not_registered_reason,
        {%- endif %}
        {%- for attribute in attributes %}
        {{ attribute }} as {{ step }}_{{ attribute }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref(of_step.fact) }}
    where {{ of_step.reached }} and {{ is_to_build() }}
),
{% endfor %}
persons as (
    select reference_date, person_key from first_dates
    union distinct
    select reference_date, person_key from contracts
    union distinct
    select reference_date, person_key from attests
),

steps as (
    select *  -- noqa: RF02
    from persons
    left join first_dates using (reference_date, person_key)
    left join invitations using (reference_date, person_key)
    left join contracts using (reference_date, person_key)
    left join attests using (reference_date, person_key)
),

months as (
    select
        *,
        {% for months, (since, until) in durations.items() %}
        12 * (year({{ until }}) - year({{ since }})) + month({{ until }}) - month({{ since }}) as {{ months }}_by_calendar
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from steps
)

-- A month is full on the same day of the next one, or on its last day where it has no such day.
select
    reference_date, person_key, first_extraction, first_letter, first_registration, is_registered, not_registered_reason,
    {%- for step in steps %}
    {{ step }}_date, {{ step }}_year, {{ step }}_agency, {{ step }}_row_number, {{ step }}_event_number,
    {%- for attribute in attributes %}
    {{ step }}_{{ attribute }},
    {%- endfor %}
    {%- endfor %}
    {%- for months, (since, until) in durations.items() %}
    {%- set by_calendar = dbt.dateadd('month', months ~ '_by_calendar', since) %}
    cast(case
        {%- if until == 'reference_date' %}
        when cast({{ by_calendar }} as date) > {{ until }} then {{ months }}_by_calendar - 1
        {%- else %}
        when {{ until }} <= {{ since }} then 0
        when cast({{ by_calendar }} as date) < {{ until }} then {{ months }}_by_calendar + 1
        {%- endif %}
        else {{ months }}_by_calendar
    end as integer) as {{ months }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from months
