{%- set breakdowns = breakdowns() | reject('equalto', 'not_registered_reason') | list %}

with moved as (
    select
        revised_persons.reference_date,
        revised_persons.previous_reference_date,
        revised_persons.measure,
        revised_persons.cause,
        revised_persons.old_year,
        revised_persons.new_year,
        {%- for breakdown in breakdowns %}
        earlier.{{ breakdown }} as old_{{ breakdown }},
        later.{{ breakdown }} as new_{{ breakdown }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('annex_revised_persons') }} as revised_persons
    {%- for side, prefix, day in [('earlier', 'old', 'previous_reference_date'), ('later', 'new', 'reference_date')] %}
    left join {{ ref('annex_counted_persons') }} as {{ side }}
        on
            revised_persons.measure = {{ side }}.measure
            and revised_persons.{{ day }} = {{ side }}.reference_date
            and revised_persons.{{ prefix }}_agency = {{ side }}.agency
            and revised_persons.{{ prefix }}_row_number = {{ side }}.row_number
    {%- endfor %}
),

counts as (
    {%- for breakdown in breakdowns %}
    select
        reference_date,
        previous_reference_date,
        measure,
        cause,
        old_year,
        new_year,
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
