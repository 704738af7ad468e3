{%- set breakdowns = var('breakdowns') %}

with members as (

    select
        'total' as breakdown,
        'totaal' as member,
        'Totaal' as label,
        1 as sort_order

    {%- for breakdown in breakdowns %}

    union all

    select
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as member,
        label,
        sort_order
    from {{ ref('dim_' ~ breakdown) }}
    where is_listed
    {%- endfor %}

)

select * from members
