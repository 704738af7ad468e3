select
    'gender_codes' as seed,
    codes.code
from {{ ref('gender_codes') }} as codes
left join {{ ref('genders') }} as members on codes.gender = members.gender
where members.gender is null

union all

select
    'target_group_codes' as seed,
    codes.code
from {{ ref('target_group_codes') }} as codes
left join {{ ref('target_groups') }} as members on codes.target_group = members.target_group
where members.target_group is null

union all

select
    'residence_status_codes' as seed,
    codes.code
from {{ ref('residence_status_codes') }} as codes
left join {{ ref('residence_statuses') }} as members on codes.residence_status = members.residence_status
where members.residence_status is null

union all

select
    'stg_reference__nationality_codes' as seed,
    codes.code
from {{ ref('stg_reference__nationality_codes') }} as codes
left join {{ ref('nationalities') }} as members on codes.nationality = members.nationality
where codes.kind in ('country', 'refugee') and members.nationality is null

union all

select
    'counted_types' as seed,
    codes.type_code as code
from {{ ref('counted_types') }} as codes
left join {{ ref('event_types') }} as members on codes.event_type = members.event_type
where members.event_type is null

union all

select
    'eu_memberships' as seed,
    codes.nationality as code
from {{ ref('eu_memberships') }} as codes
left join {{ ref('nationalities') }} as members on codes.nationality = members.nationality
where members.nationality is null

union all

select
    'municipalities' as seed,
    codes.nis_code as code
from {{ ref('municipalities') }} as codes
left join {{ ref('provinces') }} as members on codes.province = members.province
where members.province is null

union all

select
    'provinces' as seed,
    codes.province as code
from {{ ref('provinces') }} as codes
left join {{ ref('regions') }} as regions on codes.region = regions.region
left join {{ ref('working_areas') }} as working_areas on codes.default_working_area = working_areas.working_area
where regions.region is null or working_areas.working_area is null

union all

select
    'city_working_areas' as seed,
    codes.nis_code as code
from {{ ref('city_working_areas') }} as codes
left join {{ ref('municipalities') }} as municipalities on codes.nis_code = municipalities.nis_code
left join {{ ref('working_areas') }} as working_areas on codes.working_area = working_areas.working_area
where municipalities.nis_code is null or working_areas.working_area is null

union all

select
    'residence_statuses' as seed,
    codes.residence_status as code
from {{ ref('residence_statuses') }} as codes
left join {{ ref('residence_statuses') }} as members on codes.reported_as = members.residence_status and members.is_listed
where members.residence_status is null
