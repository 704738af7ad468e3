with members as (
    select
        nationality, iso_alpha3, rijksregister_code, label,
        cast(row_number() over (order by label) as bigint) as sort_order
    from {{ ref('nationalities') }}

    union all

    select
        'onbepaald' as nationality,
        cast(null as {{ dbt.type_string() }}) as iso_alpha3,
        cast(null as {{ dbt.type_string() }}) as rijksregister_code,
        'Onbepaald' as label,
        9999 as sort_order
)

select
    *,
    true as is_listed
from members
