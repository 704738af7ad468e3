with deliveries as (
    select
        agency, reference_date,
        lag(reference_date) over (partition by agency order by reference_date) as previous_delivery
    from {{ ref('stg_landing__current_files') }}
    group by agency, reference_date
),

reasons as (
    select
        rejection_reason as problem,
        label, attribute,
        false as is_empty_value,
        false as is_counted,
        severity, sort_order, effect, to_do, expected_form
    from {{ ref('rejection_reasons') }}

    union all

    select
        warning as problem,
        label, attribute, is_empty_value, is_counted, severity,
        1000 + sort_order as sort_order,
        effect, to_do, expected_form
    from {{ ref('warnings') }}
)

select
    agency, deliveries.reference_date, deliveries.previous_delivery, reasons.problem,
    reasons.label as reason,
    reasons.attribute, reasons.is_counted,
    reasons.is_empty_value and coalesce(forms.may_be_empty, false) as is_agreed,
    reasons.severity, reasons.sort_order, reasons.effect, reasons.to_do,
    replace(reasons.expected_form, '{form}', coalesce(forms.form, '')) as expected_form
from deliveries
inner join {{ ref('dim_agency') }} as agencies using (agency)
cross join reasons
left join {{ ref('delivered_forms') }} as forms
    on agencies.dialect = forms.dialect and reasons.attribute = forms.attribute
