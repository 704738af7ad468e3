{#- The same persons from either side: those of one year under the year of their next step, and those of that year under the first. -#}
{{ config(group='annex') }}

{%- set pairs = [
    ('invited', 'next_contract_year', 'contracts', 'previous_invitation_year'),
    ('contracts', 'next_attest_year', 'attests', 'previous_contract_year'),
] %}

with cube as (
    select * from {{ ref('annex_cube') }}
    where second_breakdown = 'total'
),

{% for measure, next_year, next_measure, previous_year in pairs %}
{%- for side, of_measure, linked_year, is_first in [('from', measure, next_year, true), ('to', next_measure, previous_year, false)] %}
{{ side }}_{{ measure }} as (
    select
        '{{ measure }}' as measure,
        reference_date,
        case when member <> 'other_order' then {{ 'cast(year as ' ~ dbt.type_string() ~ ')' if is_first else 'member' }} end as year,
        case when member <> 'other_order' then {{ 'member' if is_first else 'cast(year as ' ~ dbt.type_string() ~ ')' }} end as next_year,
        sum(persons) as persons
    from cube
    where measure = '{{ of_measure }}' and breakdown = '{{ linked_year }}' and member <> 'none'
    group by 1, 2, 3, 4
),
{% endfor %}
{%- endfor %}
compared as (
    {% for measure, next_year, next_measure, previous_year in pairs %}
    select
        '{{ measure }}' as measure,
        coalesce(earlier.reference_date, later.reference_date) as reference_date,
        coalesce(earlier.year, later.year) as year,
        coalesce(earlier.next_year, later.next_year) as next_year,
        earlier.persons,
        later.persons as persons_from_the_other_side
    from from_{{ measure }} as earlier
    full outer join to_{{ measure }} as later
        on
            earlier.reference_date = later.reference_date
            and coalesce(earlier.year, '') = coalesce(later.year, '')
            and coalesce(earlier.next_year, '') = coalesce(later.next_year, '')
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from compared
where persons is distinct from persons_from_the_other_side
