{{ config(materialized='view') }}

with dialects as (
    select distinct dialect from {{ ref('dim_agency') }}
),

nis_codes as (
    select
        dialects.dialect,
        cast(null as {{ dbt.type_string() }}) as event_type,
        'nis_code' as attribute,
        municipalities.nis_code as code,
        municipalities.name || ', ' || provinces.label as meaning,
        cast(null as boolean) as is_counted_type,
        municipalities.valid_from, municipalities.valid_until,
        municipalities.nis_code as code_order,
        'municipalities' as code_list
    from dialects
    cross join {{ ref('municipalities') }} as municipalities
    inner join {{ ref('provinces') }} as provinces using (province)
),

nationality_codes as (
    select
        codes.dialect,
        upper(codes.code) as code,
        coalesce(special.explanation, countries.label) as meaning,
        case when special.code is null then '1' else '2' end as code_order,
        case when special.code is null then 'nationalities' else 'special_nationality_codes' end as code_list
    from {{ ref('stg_reference__nationality_codes') }} as codes
    left join {{ ref('special_nationality_codes') }} as special
        on codes.dialect = special.dialect and codes.code = lower(special.code)
    left join {{ ref('nationalities') }} as countries on codes.nationality = countries.nationality
),

{# What a list is about, the list, and what it looks codes up in. -#}
{%- set lists = {
    'gender': ('gender_codes', 'genders'),
    'target_group': ('target_group_codes', 'target_groups'),
    'residence_status': ('residence_status_codes', 'residence_statuses'),
} -%}
member_codes as (
    {% for member, (codes, members) in lists.items() %}
    select
        codes.dialect,
        '{{ member }}_code' as attribute,
        codes.code,
        members.label as meaning,
        members.sort_order,
        '{{ codes }}' as code_list
    from {{ ref(codes) }} as codes
    inner join {{ ref(members) }} as members using ({{ member }})
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

not_registered_reasons as (
    select
        dialects.dialect, reasons.not_registered_reason, reasons.label, reasons.sort_order
    from dialects
    cross join {{ ref('not_registered_reasons') }} as reasons
    where reasons.is_delivered_code
),

types as (
    select
        dialects.dialect, types.event_type, types.type_code, types.meaning, types.is_counted_type
    from dialects
    cross join {{ ref('counted_types') }} as types
),

final as (
    select
        dialect, event_type, attribute, code, meaning, is_counted_type, valid_from, valid_until, code_order, code_list
    from nis_codes

    union all

    select
        dialect,
        null as event_type,
        'nationality_code' as attribute,
        code, meaning,
        null as is_counted_type,
        null as valid_from,
        null as valid_until,
        code_order || meaning as code_order,
        code_list
    from nationality_codes

    union all

    select
        dialect,
        null as event_type,
        attribute, code, meaning,
        null as is_counted_type,
        null as valid_from,
        null as valid_until,
        lpad(cast(sort_order as {{ dbt.type_string() }}), 4, '0') || code as code_order,
        code_list
    from member_codes

    union all

    select
        dialect,
        'invitations' as event_type,
        'not_registered_reason_code' as attribute,
        not_registered_reason as code,
        label as meaning,
        null as is_counted_type,
        null as valid_from,
        null as valid_until,
        lpad(cast(sort_order as {{ dbt.type_string() }}), 4, '0') as code_order,
        'not_registered_reasons' as code_list
    from not_registered_reasons

    union all

    select
        dialect, event_type,
        'type_code' as attribute,
        type_code as code,
        meaning, is_counted_type,
        null as valid_from,
        null as valid_until,
        case when is_counted_type then '1' else '2' end || type_code as code_order,
        'counted_types' as code_list
    from types
)

select
    dialect, event_type, attribute, code, meaning, is_counted_type, valid_from, valid_until, code_list,
    cast(row_number() over (partition by dialect, attribute, event_type order by code_order, code) as bigint) as code_place
from final
