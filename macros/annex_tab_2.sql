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
