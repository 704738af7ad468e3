with residence_statuses as (
    select * from {{ ref('residence_statuses') }}
)

select
    residence_status,
    label,
    sort_order,
    is_listed,
    reported_as
from residence_statuses
