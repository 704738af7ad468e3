{#- A tab of question 2: first contracts and first attests per member of the given breakdowns, and their total. -#}
{% macro annex_tab_2(breakdowns) -%}
with figures as (

    select * from {{ ref('annex_figures') }}

)

select
    reference_date,
    year,
    breakdown,
    member,
    label,
    sort_order,
    contracts,
    attests
from figures
where breakdown in ('{{ (breakdowns + ["total"]) | join("', '") }}')
{%- endmacro %}
