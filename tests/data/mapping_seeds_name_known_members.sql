{# A seed and its code, the column that names a member, and the seed of the members with their key. #}
{%- set mappings = [
    ('gender_codes', 'code', 'gender', 'genders', 'gender'),
    ('target_group_codes', 'code', 'target_group', 'target_groups', 'target_group'),
    ('residence_status_codes', 'code', 'residence_status', 'residence_statuses', 'residence_status'),
    ('counted_types', 'type_code', 'event_type', 'event_types', 'event_type'),
    ('eu_memberships', 'nationality', 'nationality', 'nationalities', 'nationality'),
    ('municipalities', 'nis_code', 'province', 'provinces', 'province'),
    ('provinces', 'province', 'region', 'regions', 'region'),
    ('provinces', 'province', 'default_working_area', 'working_areas', 'working_area'),
    ('city_working_areas', 'nis_code', 'nis_code', 'municipalities', 'nis_code'),
    ('city_working_areas', 'nis_code', 'working_area', 'working_areas', 'working_area'),
] -%}

{% for seed, code, named, members, key in mappings %}
select
    '{{ seed }}' as seed,
    codes.{{ code }} as found_code
from {{ ref(seed) }} as codes
left join {{ ref(members) }} as members on codes.{{ named }} = members.{{ key }}
where members.{{ key }} is null

union all
{% endfor %}
select
    'stg_reference__nationality_codes' as seed,
    codes.code as found_code
from {{ ref('stg_reference__nationality_codes') }} as codes
left join {{ ref('nationalities') }} as members on codes.nationality = members.nationality
where codes.kind in ('country', 'refugee') and members.nationality is null

union all

select
    'residence_statuses' as seed,
    codes.residence_status as found_code
from {{ ref('residence_statuses') }} as codes
left join {{ ref('residence_statuses') }} as members on codes.reported_as = members.residence_status and members.is_listed
where members.residence_status is null
