with files as (
    select * from {{ ref('annex_checks_deliveries') }}
),

reasons as (
    select
        agency,
        reference_date,
        event_type,
        sum(rows_rejected) as rows_rejected
    from {{ ref('annex_checks_rejected') }}
    where rejection_reason <> 'totaal'
    group by agency, reference_date, event_type
)

select
    'rows are lost or doubled' as problem,
    agency,
    reference_date,
    file_name
from files
where coalesce(rows_delivered <> rows_accepted + rows_rejected, true)

union all

select
    'the reasons do not add up to the rows rejected' as problem,
    files.agency,
    files.reference_date,
    files.file_name
from files
left join reasons
    on
        files.agency = reasons.agency
        and files.reference_date = reasons.reference_date
        and files.event_type = reasons.event_type
where
    files.agency <> 'totaal'
    and coalesce(files.rows_rejected <> reasons.rows_rejected, true)

union all

select
    'a file is not there' as problem,
    delivered.agency,
    delivered.reference_date,
    delivered.file_name
from {{ ref('stg_landing__current_files') }} as delivered
left join files
    on
        delivered.agency = files.agency
        and delivered.reference_date = files.reference_date
        and delivered.event_type = files.event_type
where files.agency is null

union all

select
    'no file at all' as problem,
    null as agency,
    null as reference_date,
    null as file_name
where (select count(*) from files) = 0
