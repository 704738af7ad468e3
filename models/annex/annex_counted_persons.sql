{%- set attributes -%}
reference_date,
        agency,
        province,
        nationality_group,
        nationality,
        gender,
        target_group,
        residence_status
{%- endset %}

with contracts as (

    select * from {{ ref('fct_contracts') }}

),

attests as (

    select * from {{ ref('fct_attests') }}

),

invitations as (

    select * from {{ ref('fct_invitations') }}
    where is_invited

),

counted as (

    select
        'contracts' as measure,
        contract_year as year,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ attributes }}
    from contracts
    where is_first_contract

    union all

    select
        'attests' as measure,
        attest_year as year,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ attributes }}
    from attests
    where is_first_attest

    union all

    select
        'invited' as measure,
        letter_year as year,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ attributes }}
    from invitations

    union all

    select
        case when is_registered then 'registered' else 'not_registered' end as measure,
        letter_year as year,
        not_registered_reason,
        {{ attributes }}
    from invitations

)

select * from counted
