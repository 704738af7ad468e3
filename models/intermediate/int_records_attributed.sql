{{ config(materialized='view') }}

with judged as (

    select * from {{ ref('int_records_judged') }}

),

agencies as (

    select * from {{ ref('agencies') }}

),

municipalities as (

    select * from {{ ref('municipalities') }}

),

eu_memberships as (

    select * from {{ ref('eu_memberships') }}

),

no_show_reasons as (

    select * from {{ ref('no_show_reasons') }}

),

accepted as (

    select
        *,
        coalesce(letter_sent_on, key_date) as event_date
    from judged
    where set_aside_reason is null

),

attributed as (

    select
        accepted.fact,
        accepted.agency,
        agencies.tie_order as agency_tie_order,
        accepted.reference_date,
        accepted.delivery_version,
        accepted.file_name,
        accepted.sheet_name,
        accepted.row_number,
        accepted.record_number,
        accepted.dossier_number,
        accepted.person_key,
        accepted.key_date,
        accepted.event_date,
        accepted.type_code,
        accepted.letter_sent_on,
        accepted.registered_on,
        coalesce(no_show_reasons.no_show_reason, 'ONBEKEND') as no_show_reason,
        coalesce(municipalities.province, 'onbepaald') as province,
        case
            when accepted.nationality is null then 'onbepaald'
            when eu_memberships.nationality is not null then 'eu'
            else 'niet_eu'
        end as nationality_group,
        coalesce(accepted.nationality, 'onbepaald') as nationality,
        coalesce(accepted.gender, 'onbepaald') as gender,
        coalesce(accepted.target_group, 'onbepaald') as target_group,
        coalesce(accepted.residence_status, 'VR19') as residence_status
    from accepted
    inner join agencies
        on accepted.agency = agencies.agency
    left join municipalities
        on accepted.nis_code = municipalities.nis_code
    left join eu_memberships
        on
            accepted.nationality = eu_memberships.nationality
            and accepted.event_date >= eu_memberships.member_from
            and (eu_memberships.member_until is null or accepted.event_date < eu_memberships.member_until)
    left join no_show_reasons
        on
            accepted.no_show_reason_code = no_show_reasons.no_show_reason
            and no_show_reasons.is_delivered_code

)

select * from attributed
