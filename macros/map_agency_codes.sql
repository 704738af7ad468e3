{% macro map_agency_codes(relation) -%}
select
        {{ relation }}.*,
        nationality_codes.nationality,
        nationality_codes.kind as nationality_code_kind,
        gender_codes.gender,
        target_group_codes.target_group,
        residence_status_codes.residence_status
    from {{ relation }}
    left join {{ ref('stg_reference__nationality_codes') }} as nationality_codes
        on {{ relation }}.agency = nationality_codes.agency
        and lower({{ relation }}.nationality_code) = nationality_codes.code
    left join {{ ref('gender_codes') }} as gender_codes
        on {{ relation }}.agency = gender_codes.agency
        and lower({{ relation }}.gender_code) = lower(gender_codes.code)
    left join {{ ref('target_group_codes') }} as target_group_codes
        on {{ relation }}.agency = target_group_codes.agency
        and lower({{ relation }}.target_group_code) = lower(target_group_codes.code)
    left join {{ ref('residence_status_codes') }} as residence_status_codes
        on {{ relation }}.agency = residence_status_codes.agency
        and lower({{ relation }}.residence_status_code) = lower(residence_status_codes.code)
{%- endmacro %}
