{%- set breakdowns = [
    'agency', 'province', 'nationality_group', 'nationality', 'gender', 'target_group', 'residence_status',
    'not_registered_reason',
] %}

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
