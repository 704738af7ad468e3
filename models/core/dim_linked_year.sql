with members as (
    select
        breakdown, member, label,
        cast(sort_order as bigint) as sort_order
    from {{ ref('linked_years') }}

    union all

    select
        breakdowns.breakdown,
        cast(years.year as {{ dbt.type_string() }}) as member,
        cast(years.year as {{ dbt.type_string() }}) as label,
        cast(years.year as bigint) as sort_order
    from (select distinct breakdown from {{ ref('linked_years') }}) as breakdowns
    cross join {{ ref('dim_year') }} as years
)

select
    *,
    true as is_listed
from members
