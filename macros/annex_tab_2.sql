{% macro annex_tab_2(breakdowns) -%}
with counts as (

    select * from {{ ref('annex_counts') }}

),

final as (

    select
        reference_date,
        year,
        breakdown,
        member,
        label,
        sort_order,
        cast(sum(case when measure = 'contracts' then persons else 0 end) as bigint) as contracts,
        cast(sum(case when measure = 'attests' then persons else 0 end) as bigint) as attests
    from counts
    where breakdown in ('{{ (breakdowns + ["total"]) | join("', '") }}')
    group by reference_date, year, breakdown, member, label, sort_order

)

select * from final
{%- endmacro %}
