{{ config(materialized='incremental') }}

{%- set breakdowns = breakdowns(of_every_measure=true) %}

with durations as (
    select
        measures.measure, persons.reference_date, persons.year,
        {%- for breakdown in breakdowns %}
        persons.{{ breakdown }},
        {%- endfor %}
        case measures.next_step
            {%- for next_step in ['registration', 'contract', 'attest'] %}
            when '{{ next_step }}' then persons.months_to_{{ next_step }}
            {%- endfor %}
        end as months
    from {{ ref('annex_counted_persons') }} as persons
    inner join {{ ref('measures') }} as measures
        on persons.measure = measures.denominator and measures.unit = 'months'
    where {{ is_to_build('persons.reference_date') }}
),

-- Persons per number of months; those who did not take the step have none.
counted as (
    select
        measure, reference_date, year, months,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
            else 'total'
        end as breakdown,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then {{ breakdown }}
            {%- endfor %}
            else 'totaal'
        end as member,
        count(*) as persons
    from durations
    group by grouping sets (
        {%- for breakdown in breakdowns %}
        (measure, reference_date, year, months, {{ breakdown }}),
        {%- endfor %}
        (measure, reference_date, year, months)
    )
),

added_up as (
    select
        *,
        sum(persons) over (partition by measure, reference_date, year, breakdown, member order by months nulls last)
            as persons_until,
        sum(persons) over (partition by measure, reference_date, year, breakdown, member) as persons_of_all
    from counted
),

medians as (
    select
        measure, reference_date, year, breakdown, member,
        min(months) as median_months
    from added_up
    where 2 * persons_until >= persons_of_all and months is not null
    group by measure, reference_date, year, breakdown, member
)

-- Where not everybody of that year had that time, the median can still become lower.
select medians.*
from medians
inner join {{ ref('dim_year') }} as years using (year)
where {{ dbt.dateadd('month', 'medians.median_months', 'years.last_day') }} <= medians.reference_date
