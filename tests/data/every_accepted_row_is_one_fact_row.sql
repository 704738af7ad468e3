with facts as (

    select
        'contracts' as fact,
        agency,
        reference_date,
        count(*) as rows_found
    from {{ ref('fct_contracts') }}
    group by agency, reference_date

    union all

    select
        'attests' as fact,
        agency,
        reference_date,
        count(*) as rows_found
    from {{ ref('fct_attests') }}
    group by agency, reference_date

    union all

    select
        'invitations' as fact,
        agency,
        reference_date,
        count(*) as rows_found
    from {{ ref('fct_invitations') }}
    group by agency, reference_date

),

files as (

    select
        fact,
        agency,
        reference_date,
        rows_accepted
    from {{ ref('annex_control_deliveries') }}
    where agency is not null

)

select
    files.fact,
    files.agency,
    files.reference_date,
    files.rows_accepted,
    facts.rows_found
from files
full outer join facts
    on
        files.fact = facts.fact
        and files.agency = facts.agency
        and files.reference_date = facts.reference_date
where coalesce(files.rows_accepted, -1) <> coalesce(facts.rows_found, 0)
