with rejected as (
    select
        agency, reference_date, event_type, rejection_reason,
        count(*) as rows_rejected
    from {{ ref('int_rejected_rows') }}
    group by agency, reference_date, event_type, rejection_reason
),

per_reason as (
    select
        reference_date, agency, event_type,
        agencies.short_label || ' ' || event_types.label as file_label,
        agencies.sort_order as agency_sort_order,
        event_types.sort_order as event_type_sort_order,
        rejection_reason, reasons.label, reasons.sort_order,
        coalesce(rejected.rows_rejected, 0) as rows_rejected
    from {{ ref('stg_landing__current_files') }}
    inner join {{ ref('dim_agency') }} as agencies using (agency)
    inner join {{ ref('event_types') }} as event_types using (event_type)
    cross join {{ ref('rejection_reasons') }} as reasons
    left join rejected using (agency, reference_date, event_type, rejection_reason)
)

select
    reference_date, agency, event_type, file_label, agency_sort_order, event_type_sort_order,
    coalesce(rejection_reason, 'totaal') as rejection_reason,
    coalesce(label, '{{ var("breakdowns").total.label }}') as label,
    coalesce(sort_order, 9999) as sort_order,
    cast(sum(rows_rejected) as bigint) as rows_rejected
from per_reason
group by grouping sets (
    (reference_date, agency, event_type, file_label, agency_sort_order, event_type_sort_order),
    (
        reference_date, agency, event_type, file_label, agency_sort_order, event_type_sort_order,
        rejection_reason, label, sort_order
    )
)
