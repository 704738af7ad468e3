with reference_dates as (
    select cast(extract(year from max(reference_date)) as integer) as last_year
    from {{ ref('stg_landing__current_files') }}
),

years as (
    select {{ one_row_per_year(var('first_possible_day')[:4], 'last_year') }} as year
    from reference_dates
)

select
    cast(year as integer) as year,
    cast(cast(cast(year as integer) as {{ dbt.type_string() }}) || '-12-31' as date) as last_day
from years
