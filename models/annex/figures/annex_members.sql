with members as (
    {% for breakdown in breakdowns() %}
    select
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as member,
        label, sort_order,
        false as is_total
    from {{ ref('dim_' ~ breakdown) }}
    where is_listed

    union all
    {% endfor %}
    select
        breakdown,
        'totaal' as member,
        '{{ var("breakdowns").total.label }}' as label,
        9999 as sort_order,
        true as is_total
    from {{ ref('annex_breakdowns') }}
)

select
    breakdown, member, label,
    cast(sort_order as bigint) as sort_order,
    is_total
from members
