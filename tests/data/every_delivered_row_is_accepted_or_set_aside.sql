with files as (

    select * from {{ ref('annex_control_deliveries') }}

),

reasons as (

    select
        agency,
        reference_date,
        fact,
        sum(rows_set_aside) as rows_set_aside
    from {{ ref('annex_control_set_aside') }}
    where set_aside_reason <> 'totaal'
    group by agency, reference_date, fact

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
    'the reasons do not add up to the rows set aside' as problem,
    files.agency,
    files.reference_date,
    files.file_name
from files
left join reasons
    on
        files.agency = reasons.agency
        and files.reference_date = reasons.reference_date
        and files.fact = reasons.fact
where
    files.agency is not null
    and coalesce(files.rows_set_aside <> reasons.rows_set_aside, true)

union all

select
    'no file at all' as problem,
    null as agency,
    null as reference_date,
    null as file_name
where (select count(*) from files) = 0
