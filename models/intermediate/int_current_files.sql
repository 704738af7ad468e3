with delivered_files as (
    select * from {{ ref('stg_landing__delivered_files') }}
),

newest as (
    select
        agency, reference_date,
        max(delivery_version) as delivery_version
    from delivered_files
    group by agency, reference_date
)

select delivered_files.*
from delivered_files
inner join newest using (agency, reference_date, delivery_version)
