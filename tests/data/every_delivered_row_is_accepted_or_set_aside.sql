-- Guards: for every file, rows delivered = rows accepted + rows set aside. Acts: the data engineer.
with files as (

    select * from {{ ref('annex_control_deliveries') }}

)

select
    'rows are lost or doubled' as problem,
    agency,
    reference_date,
    file_name
from files
where coalesce(rows_delivered <> rows_accepted + rows_set_aside, true)

union all

select
    'no file at all' as problem,
    null as agency,
    null as reference_date,
    null as file_name
where (select count(*) from files) = 0
