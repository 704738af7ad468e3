with agencies as (

    select * from {{ ref('agencies') }}

)

select
    agency,
    label,
    sort_order,
    is_listed,
    kbo_number
from agencies
