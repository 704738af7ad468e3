{{ config(materialized='view') }}

{%- set columns -%}
{{ row_columns() }},
        person_key,
        province,
        nationality_group,
        nationality,
        gender,
        target_group,
        residence_status as own_residence_status
{%- endset %}

with contracts as (

    select * from {{ ref('fct_contracts') }}
    where is_first_contract

),

attests as (

    select * from {{ ref('fct_attests') }}
    where is_first_attest

),

invitations as (

    select * from {{ ref('fct_invitations') }}
    where is_invited

),

residence_statuses as (

    select * from {{ ref('dim_residence_status') }}

),

counted as (

    select
        'contracts' as measure,
        contract_year as year,
        contract_number as record_number,
        signed_on as event_date,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ columns }}
    from contracts

    union all

    select
        'attests' as measure,
        attest_year as year,
        attest_number as record_number,
        obtained_on as event_date,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ columns }}
    from attests

    union all

    select
        'invited' as measure,
        letter_year as year,
        dossier_number as record_number,
        letter_sent_on as event_date,
        cast(null as {{ dbt.type_string() }}) as not_registered_reason,
        {{ columns }}
    from invitations

    union all

    select
        case when is_registered then 'registered' else 'not_registered' end as measure,
        letter_year as year,
        dossier_number as record_number,
        letter_sent_on as event_date,
        not_registered_reason,
        {{ columns }}
    from invitations

),

-- A status outside the question's list is counted under the member that stands in for it.
reported as (

    select
        counted.*,
        residence_statuses.reported_as as residence_status
    from counted
    inner join residence_statuses
        on counted.own_residence_status = residence_statuses.residence_status

)

select * from reported
