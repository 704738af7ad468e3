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
        records.agency,
        records.reference_date,
        records.delivery_version,
        records.file_name,
        records.sheet_name,
        records.row_number,
        records.is_person_number_valid,
        case
            when records.is_person_number_valid then records.person_pseudonym
            else records.agency || ':' || coalesce(records.dossier_number, '')
        end as person_key,
        case when not records.is_person_number_valid then records.person_pseudonym end as invalid_number_pseudonym,
        records.dossier_number,
        records.nis_code,
        records.nationality_code,
        records.nationality_code_kind,
        records.nationality,
        records.gender_code,
        records.gender,
        records.target_group_code,
        records.target_group,
        records.residence_status_code,
        records.residence_status,
        records.fact,
        records.record_number,
        records.key_date_as_delivered,
        records.key_date,
        records.type_code,
        records.letter_sent_on_as_delivered,
        records.letter_sent_on,
        records.registered_on_as_delivered,
        records.registered_on,
        records.no_show_reason_code,
        case
            when records.key_date between cast('{{ var("first_possible_day") }}' as date) and records.reference_date then null
            when records.key_date_as_delivered is null then 'missing_key_date'
            when records.key_date is null then 'unreadable_key_date'
            when records.key_date > records.reference_date then 'key_date_after_reference_date'
            else 'key_date_too_early'
        end as unusable_date_reason
    from records
    inner join current_deliveries
        on
            records.agency = current_deliveries.agency
            and records.reference_date = current_deliveries.reference_date
            and records.delivery_version = current_deliveries.delivery_version

)

select * from current_records
