{%- set breakdowns = var('breakdowns') %}

with counted_persons as (

    select * from {{ ref('annex_counted_persons') }}

),

counted as (

    select
        measure,
        reference_date,
        year,
        {%- for breakdown in breakdowns %}
        {{ breakdown }},
        {%- endfor %}
        count(*) as persons
    from counted_persons
    group by
        measure,
        reference_date,
        {%- for breakdown in breakdowns %}
        {{ breakdown }},
        {%- endfor %}
        year

)

select * from counted
