with reference_dates as (
    select cast(extract(year from max(reference_date)) as integer) as last_year
    from {{ ref('int_current_files') }}
),

years as (
    select {{ one_row_per_year(var('first_possible_day')[:4], 'last_year') }} as year
    from reference_dates
)

select cast(year as integer) as year
from years
