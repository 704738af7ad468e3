{{ config(materialized='view') }}

with invitations as (

    select * from {{ ref('int_invitations_unioned') }}

),

contracts as (

    select * from {{ ref('int_contracts_unioned') }}

),

attests as (

    select * from {{ ref('int_attests_unioned') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

records as (

    select
        {{ record_columns() }},
        'invitations' as fact,
        coalesce(dossier_number, '') as record_number,
        first_extracted_on_as_delivered as key_date_as_delivered,
        first_extracted_on as key_date,
        cast(null as {{ dbt.type_string() }}) as type_code,
        letter_sent_on_as_delivered,
        case when letter_sent_on <= reference_date then letter_sent_on end as letter_sent_on,
        registered_on_as_delivered,
        case when registered_on <= reference_date then registered_on end as registered_on,
        no_show_reason_code
    from invitations

    union all

    select
        {{ record_columns() }},
        'contracts' as fact,
        coalesce(contract_number, '') as record_number,
        signed_on_as_delivered as key_date_as_delivered,
        signed_on as key_date,
        trajectory_type as type_code,
        cast(null as {{ dbt.type_string() }}) as letter_sent_on_as_delivered,
        cast(null as date) as letter_sent_on,
        cast(null as {{ dbt.type_string() }}) as registered_on_as_delivered,
        cast(null as date) as registered_on,
        cast(null as {{ dbt.type_string() }}) as no_show_reason_code
    from contracts

    union all

    select
        {{ record_columns() }},
        'attests' as fact,
        coalesce(attest_number, '') as record_number,
        obtained_on_as_delivered as key_date_as_delivered,
        obtained_on as key_date,
        attest_type as type_code,
        cast(null as {{ dbt.type_string() }}) as letter_sent_on_as_delivered,
        cast(null as date) as letter_sent_on,
        cast(null as {{ dbt.type_string() }}) as registered_on_as_delivered,
        cast(null as date) as registered_on,
        cast(null as {{ dbt.type_string() }}) as no_show_reason_code
    from attests

),

current_records as (

    select
        records.*,
        case
            when records.is_person_number_valid then records.person_pseudonym
            else records.agency || ':' || coalesce(records.dossier_number, '')
        end as person_key
    from records
    inner join current_deliveries
        on
            records.agency = current_deliveries.agency
            and records.reference_date = current_deliveries.reference_date
            and records.delivery_version = current_deliveries.delivery_version

)

select * from current_records
