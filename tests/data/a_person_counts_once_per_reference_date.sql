with counted as (
    select
        'contracts' as measure,
        reference_date,
        person_key,
        count(*) as times
    from {{ ref('fct_contracts') }}
    where is_first_contract
    group by reference_date, person_key

    union all

    select
        'attests' as measure,
        reference_date,
        person_key,
        count(*) as times
    from {{ ref('fct_attests') }}
    where is_first_attest
    group by reference_date, person_key

    union all

    select
        'invitations' as measure,
        reference_date,
        person_key,
        count(*) as times
    from {{ ref('fct_invitations') }}
    where is_invited
    group by reference_date, person_key
)

select
    measure,
    reference_date,
    count(*) as persons
from counted
where times <> 1 or person_key is null
group by measure, reference_date
