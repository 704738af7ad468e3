with facts as (

    select
        'contracts' as measure,
        reference_date,
        contract_year as year,
        count(distinct person_key) as persons
    from {{ ref('fct_contracts') }}
    where is_civic_integration and is_first_contract
    group by reference_date, contract_year

    union all

    select
        'attests' as measure,
        reference_date,
        attest_year as year,
        count(distinct person_key) as persons
    from {{ ref('fct_attests') }}
    where is_first_attest
    group by reference_date, attest_year

    union all

    select
        'invited' as measure,
        reference_date,
        letter_year as year,
        count(distinct person_key) as persons
    from {{ ref('fct_invitations') }}
    where is_invited
    group by reference_date, letter_year

    union all

    select
        'registered' as measure,
        reference_date,
        letter_year as year,
        count(distinct person_key) as persons
    from {{ ref('fct_invitations') }}
    where is_invited and is_registered
    group by reference_date, letter_year

),

annex as (

    select
        measure,
        reference_date,
        year,
        persons
    from {{ ref('annex_counts') }}
    where breakdown = 'total' and persons > 0 and measure <> 'not_registered'

)

select
    coalesce(facts.measure, annex.measure) as measure,
    coalesce(facts.reference_date, annex.reference_date) as reference_date,
    coalesce(facts.year, annex.year) as year,
    facts.persons as persons_in_facts,
    annex.persons as persons_in_annex
from facts
full outer join annex
    on
        facts.measure = annex.measure
        and facts.reference_date = annex.reference_date
        and facts.year = annex.year
where facts.persons is null or annex.persons is null or facts.persons <> annex.persons
