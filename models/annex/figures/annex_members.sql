with members as (
    {% for breakdown in breakdowns() %}
    {%- set dimension = var('breakdowns')[breakdown].dimension %}
    select
        '{{ breakdown }}' as breakdown,
        {{ 'member' if dimension else breakdown }} as member,
        label, sort_order,
        {{ 'deliver_from' if breakdown == 'agency' else 'cast(null as date)' }} as listed_from,
        {{ 'deliver_until' if breakdown == 'agency' else 'cast(null as date)' }} as listed_until,
        false as is_total
    from {{ ref(dimension or 'dim_' ~ breakdown) }}
    where is_listed{% if dimension %} and breakdown = '{{ breakdown }}'{% endif %}

    union all
    {% endfor %}
    select
        breakdown,
        'totaal' as member,
        '{{ var("breakdowns").total.label }}' as label,
        9999 as sort_order,
        cast(null as date) as listed_from,
        cast(null as date) as listed_until,
        true as is_total
    from {{ ref('annex_breakdowns') }}
)

select
    breakdown, member, label,
    cast(sort_order as bigint) as sort_order,
    listed_from, listed_until, is_total
from members
