with no_show_reasons as (

    select * from {{ ref('no_show_reasons') }}

)

select
    no_show_reason as not_registered_reason,
    label,
    sort_order,
    true as is_listed
from no_show_reasons
