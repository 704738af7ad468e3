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
        reference_date,
        agency,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        contract_number as record_number
    from contracts

    union all

    select
        'attests' as fact,
        reference_date,
        agency,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        attest_number as record_number
    from attests

    union all

    select
        'invitations' as fact,
        reference_date,
        agency,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        dossier_number as record_number
    from invitations

)

select * from accepted
