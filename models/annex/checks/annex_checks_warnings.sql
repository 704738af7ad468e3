with warned as (
    select
        agency, reference_date, warning,
        count(*) as rows_warned
    from {{ ref('int_event_warnings') }}
    group by agency, reference_date, warning
),

deliveries as (
    select distinct agency, reference_date from {{ ref('stg_landing__current_files') }}
),

per_warning as (
    select
        reference_date, agency,
        agencies.short_label,
        agencies.sort_order as agency_sort_order,
        warning, warnings.label, warnings.sort_order,
        coalesce(warned.rows_warned, 0) as rows_warned
    from deliveries
    inner join {{ ref('dim_agency') }} as agencies using (agency)
    cross join {{ ref('warnings') }} as warnings
    left join warned using (agency, reference_date, warning)
)

select
    reference_date, agency, short_label, agency_sort_order,
    coalesce(warning, 'totaal') as warning,
    coalesce(label, '{{ var("breakdowns").total.label }}') as label,
    coalesce(sort_order, 9999) as sort_order,
    cast(sum(rows_warned) as bigint) as rows_warned
from per_warning
group by grouping sets (
    (reference_date, agency, short_label, agency_sort_order),
    (reference_date, agency, short_label, agency_sort_order, warning, label, sort_order)
)
