{{ config(materialized='incremental') }}

{%- set breakdowns = breakdowns(of_every_measure=true) %}

with moved as (
    select
        revised_persons.reference_date, revised_persons.previous_reference_date, revised_persons.measure,
        revised_persons.cause, revised_persons.old_year, revised_persons.new_year,
        {%- for breakdown in breakdowns %}
        earlier.{{ breakdown }} as old_{{ breakdown }},
        later.{{ breakdown }} as new_{{ breakdown }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('annex_revised_persons') }} as revised_persons
    left join {{ ref('annex_counted_persons') }} as earlier
        on
            revised_persons.previous_reference_date = earlier.reference_date
            and revised_persons.measure = earlier.measure
            and revised_persons.old_agency = earlier.agency
            and revised_persons.old_row_number = earlier.row_number
    left join {{ ref('annex_counted_persons') }} as later
        on
            revised_persons.reference_date = later.reference_date
            and revised_persons.measure = later.measure
            and revised_persons.new_agency = later.agency
            and revised_persons.new_row_number = later.row_number
    where {{ is_to_build('revised_persons.reference_date') }}
),

counts as (
    {%- for breakdown in breakdowns %}
    select
        reference_date, previous_reference_date, measure, cause, old_year, new_year,
        '{{ breakdown }}' as breakdown,
        old_{{ breakdown }} as old_member,
        new_{{ breakdown }} as new_member,
        count(*) as persons
    from moved
    group by
        reference_date, previous_reference_date, measure, cause, old_year, new_year, old_{{ breakdown }}, new_{{ breakdown }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from counts
