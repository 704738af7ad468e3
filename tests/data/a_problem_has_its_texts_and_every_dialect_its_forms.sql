with texts as (
    select rejection_reason as problem, severity, effect, to_do, expected_form, attribute
    from {{ ref('rejection_reasons') }}
    union all
    select warning as problem, severity, effect, to_do, expected_form, attribute
    from {{ ref('warnings') }}
),

dialects as (
    select distinct dialect from {{ ref('dim_agency') }}
)

select problem
from texts
where
    effect is null or to_do is null or expected_form is null
    or severity is null or severity not in (1, 2, 3, 4)
    or (attribute is null and expected_form like '%{form}%')

union all

select dialects.dialect || ' ' || attributes.attribute as problem
from dialects
cross join {{ ref('attributes') }} as attributes
left join {{ ref('delivered_forms') }} as forms
    on dialects.dialect = forms.dialect and attributes.attribute = forms.attribute
where forms.form is null or forms.may_be_empty is null or attributes.meaning is null

union all

select type_code as problem
from {{ ref('counted_types') }}
where meaning is null
