{#- Counted anew from days of the facts: who took the next step in time, and who needed no more months than the median. -#}
{{ config(group='annex') }}

{%- set next_steps = [
    ('registration', 'invited', 'fct_invitations', 'is_invited', 'letter_sent_on'),
    ('contract', 'invited', 'fct_invitations', 'is_invited', 'letter_sent_on'),
    ('attest', 'contracts', 'fct_contracts', 'is_first_contract', 'event_date'),
] %}

with first_days as (
    {% for next_step, fact, condition, day in [
        ('registration', 'fct_invitations', 'true', 'registered_on'),
        ('contract', 'fct_contracts', 'is_first_contract', 'event_date'),
        ('attest', 'fct_attests', 'is_first_attest', 'event_date'),
    ] %}
    select '{{ next_step }}' as next_step, reference_date, person_key, min({{ day }}) as next_day
    from {{ ref(fact) }}
    where {{ condition }}
    group by reference_date, person_key
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

steps as (
    {% for next_step, denominator, fact, condition, day in next_steps %}
    select
        '{{ next_step }}' as next_step,
        '{{ denominator }}' as denominator,
        first_step.reference_date,
        first_step.year,
        first_step.{{ day }} as since,
        first_days.next_day
    from {{ ref(fact) }} as first_step
    left join first_days
        on
            first_step.reference_date = first_days.reference_date
            and first_step.person_key = first_days.person_key
            and first_days.next_step = '{{ next_step }}'
    where first_step.{{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

figures as (
    select * from {{ ref('annex_figures') }}
    where breakdown = 'total' and second_breakdown = 'total'
),

shares as (
    select
        steps.reference_date,
        measures.measure,
        steps.year,
        cast(sum(case
            when steps.next_day <= {{ dbt.dateadd('month', 'measures.within_months', 'steps.since') }} then 1 else 0
        end) as double) / count(*) as share
    from steps
    inner join {{ ref('measures') }} as measures
        on steps.next_step = measures.next_step and steps.denominator = measures.denominator
    where measures.within_months is not null
    group by steps.reference_date, measures.measure, steps.year
),

medians as (
    select
        figures.reference_date,
        figures.measure,
        figures.year,
        sum(case
            when steps.next_day <= {{ dbt.dateadd('month', 'figures.median_months', 'steps.since') }} then 2 else 0
        end) >= count(*) as is_enough,
        sum(case
            when
                figures.median_months > 0
                and steps.next_day <= {{ dbt.dateadd('month', 'figures.median_months - 1', 'steps.since') }}
                then 2
            else 0
        end) < count(*) as is_least
    from figures
    inner join {{ ref('measures') }} as measures
        on figures.measure = measures.measure and measures.unit = 'months'
    inner join steps
        on
            measures.next_step = steps.next_step
            and measures.denominator = steps.denominator
            and figures.reference_date = steps.reference_date
            and figures.year = steps.year
    where figures.median_months is not null
    group by figures.reference_date, figures.measure, figures.year
)

select
    'another share' as problem,
    figures.reference_date,
    figures.measure,
    figures.year
from figures
inner join {{ ref('measures') }} as measures
    on figures.measure = measures.measure and measures.within_months is not null
left join shares
    on figures.reference_date = shares.reference_date and figures.measure = shares.measure and figures.year = shares.year
where
    figures.share is distinct from case when figures.absence is null then shares.share end
    or (coalesce(figures.absence, '') = 'not_applicable') <> (shares.share is null)

union all

select
    'another median' as problem,
    reference_date,
    measure,
    year
from medians
where not coalesce(is_enough and is_least, false)
