{{ config(materialized='view') }}

{%- set warnings = {
    'invalid_person_number': 'not events.is_person_number_valid',
    'missing_event_number': 'events.event_number is null',
    'empty_nis_code': 'events.nis_code is null',
    'unknown_nis_code': 'events.nis_code is not null and municipalities.nis_code is null',
    'nis_code_not_valid_on_day':
        'events.attribution_date < municipalities.valid_from or events.attribution_date >= municipalities.valid_until',
    'empty_nationality': 'events.nationality_code is null',
    'unknown_nationality': 'events.nationality_code is not null and nationality_codes.code is null',
    'former_state': "nationality_codes.kind = 'former_state'",
    'empty_gender': 'events.gender_code is null',
    'unknown_gender': 'events.gender_code is not null and gender_codes.code is null',
    'empty_target_group': 'events.target_group_code is null',
    'unknown_target_group': 'events.target_group_code is not null and target_group_codes.code is null',
    'empty_residence_status': 'events.residence_status_code is null',
    'unknown_residence_status': 'events.residence_status_code is not null and residence_status_codes.code is null',
    'empty_type_code': "events.event_type <> 'invitations' and events.type_code is null",
    'unknown_type_code': 'events.type_code is not null and counted_types.type_code is null',
    'unknown_not_registered_reason':
        'events.not_registered_reason_code is not null and reasons.not_registered_reason is null',
    'unusable_letter_date': 'events.letter_sent_on_as_delivered is not null and events.letter_sent_on is null',
    'unusable_registration_date': 'events.registered_on_as_delivered is not null and events.registered_on is null',
    'letter_before_extraction': 'events.letter_sent_on < events.event_date',
    'registration_before_extraction': 'events.registered_on < events.event_date',
} %}

with events as (
    select
        *,
        coalesce(letter_sent_on, event_date) as attribution_date
    from {{ ref('int_events') }}
    where rejection_reason is null
),

conformed as (
    select
        events.agency,
        agencies.sort_order as agency_sort_order,
        events.reference_date, events.event_type, events.row_number, events.person_key, events.dossier_number,
        events.event_number, events.event_date, events.attribution_date, events.type_code,
        coalesce(counted_types.is_counted_type, false) as is_counted_type,
        events.letter_sent_on, events.registered_on,
        coalesce(reasons.not_registered_reason, 'ONBEKEND') as not_registered_reason,
        coalesce(municipalities.province, 'onbepaald') as province,
        coalesce(provinces.region, 'onbepaald') as region,
        coalesce(city_working_areas.working_area, provinces.default_working_area, 'onbepaald') as working_area,
        case
            when nationality_codes.nationality is null then 'onbepaald'
            when eu_memberships.nationality is not null then 'eu'
            else 'niet_eu'
        end as nationality_group,
        coalesce(nationality_codes.nationality, 'onbepaald') as nationality,
        coalesce(gender_codes.gender, 'onbepaald') as gender,
        coalesce(target_group_codes.target_group, 'onbepaald') as target_group,
        coalesce(residence_statuses.reported_as, 'VR19') as residence_status,
        coalesce(residence_statuses.residence_status, 'VR19') as own_residence_status,
        {{ list_of_texts(warnings) }} as warnings
    from events
    inner join {{ ref('dim_agency') }} as agencies
        on events.agency = agencies.agency
    left join {{ ref('counted_types') }} as counted_types
        on events.event_type = counted_types.event_type and lower(events.type_code) = lower(counted_types.type_code)
    left join {{ ref('not_registered_reasons') }} as reasons
        on lower(events.not_registered_reason_code) = lower(reasons.not_registered_reason) and reasons.is_delivered_code
    left join {{ ref('municipalities') }} as municipalities
        on events.nis_code = municipalities.nis_code
    left join {{ ref('provinces') }} as provinces
        on municipalities.province = provinces.province
    left join {{ ref('city_working_areas') }} as city_working_areas
        on municipalities.nis_code = city_working_areas.nis_code and events.attribution_date >= city_working_areas.in_area_from
    left join {{ ref('stg_reference__nationality_codes') }} as nationality_codes
        on agencies.dialect = nationality_codes.dialect and lower(events.nationality_code) = nationality_codes.code
    left join {{ ref('eu_memberships') }} as eu_memberships
        on
            nationality_codes.nationality = eu_memberships.nationality
            and events.attribution_date >= eu_memberships.member_from
            and (eu_memberships.member_until is null or events.attribution_date < eu_memberships.member_until)
    left join {{ ref('gender_codes') }} as gender_codes
        on agencies.dialect = gender_codes.dialect and lower(events.gender_code) = lower(gender_codes.code)
    left join {{ ref('target_group_codes') }} as target_group_codes
        on agencies.dialect = target_group_codes.dialect and lower(events.target_group_code) = lower(target_group_codes.code)
    left join {{ ref('residence_status_codes') }} as residence_status_codes
        on
            agencies.dialect = residence_status_codes.dialect
            and lower(events.residence_status_code) = lower(residence_status_codes.code)
    left join {{ ref('dim_residence_status') }} as residence_statuses
        on residence_status_codes.residence_status = residence_statuses.residence_status
)

select * from conformed
