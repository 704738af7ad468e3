{{ config(materialized='view') }}

with contracts as (

    select * from {{ ref('fct_contracts') }}

),

attests as (

    select * from {{ ref('fct_attests') }}

),

invitations as (

    select * from {{ ref('fct_invitations') }}

),

accepted as (

    select
        'contracts' as fact,
        {{ row_columns() }},
        contract_number as record_number
    from contracts

    union all

    select
        'attests' as fact,
        {{ row_columns() }},
        attest_number as record_number
    from attests

    union all

    select
        'invitations' as fact,
        {{ row_columns() }},
        dossier_number as record_number
    from invitations

)

select * from accepted
