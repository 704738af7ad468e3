with genders as (
    select * from {{ ref('genders') }}
)

select
    gender,
    label,
    sort_order,
    true as is_listed
from genders
