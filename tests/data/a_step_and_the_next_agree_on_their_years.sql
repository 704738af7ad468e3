{#- The same persons from either side: those of one year under the year of their next step, and the other way round. -#}
{{ config(group='annex') }}

{%- set pairs = [
    ('invited', 'next_contract_year', 'contracts', 'previous_invitation_year'),
    ('contracts', 'next_attest_year', 'attests', 'previous_contract_year'),
] %}

with cube as (
    select *, cast(year as {{ dbt.type_string() }}) as own_year
    from {{ ref('annex_cube') }}
    where second_breakdown = 'total'
),

{% for measure, next_year, next_measure, previous_year in pairs %}
{%- for side, of_measure, linked_year, year_is, next_year_is in [
    ('from', measure, next_year, 'own_year', 'member'),
    ('to', next_measure, previous_year, 'member', 'own_year'),
] %}
{{ side }}_{{ measure }} as (
    select
        '{{ measure }}' as measure,
        reference_date,
        case when member <> 'other_order' then {{ year_is }} end as year,
        case when member <> 'other_order' then {{ next_year_is }} end as next_year,
        sum(persons) as persons
    from cube
    where measure = '{{ of_measure }}' and breakdown = '{{ linked_year }}' and member <> 'none'
    group by
        reference_date,
        case when member <> 'other_order' then {{ year_is }} end,
        case when member <> 'other_order' then {{ next_year_is }} end
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
