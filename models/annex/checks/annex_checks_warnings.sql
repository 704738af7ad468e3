with warned as (
    select
        agency,
        reference_date,
        warning,
        count(*) as rows_warned
    from {{ ref('int_event_warnings') }}
    group by agency, reference_date, warning
),

deliveries as (
    select distinct
        agency,
        reference_date
    from {{ ref('int_current_files') }}
),

per_warning as (
    select
        deliveries.reference_date,
        deliveries.agency,
        agencies.short_label,
        agencies.sort_order as agency_sort_order,
        warnings.warning,
        warnings.label,
        warnings.sort_order,
        coalesce(warned.rows_warned, 0) as rows_warned
    from deliveries
    inner join {{ ref('dim_agency') }} as agencies
        on deliveries.agency = agencies.agency
    cross join {{ ref('warnings') }} as warnings
    left join warned
        on
            deliveries.agency = warned.agency
            and deliveries.reference_date = warned.reference_date
            and warnings.warning = warned.warning
),

final as (
    select
        reference_date,
        agency,
        short_label,
        agency_sort_order,
        coalesce(warning, 'totaal') as warning,
        coalesce(label, '{{ var("breakdowns").total.label }}') as label,
        coalesce(sort_order, 9999) as sort_order,
        cast(sum(rows_warned) as bigint) as rows_warned
    from per_warning
    group by grouping sets (
        (reference_date, agency, short_label, agency_sort_order),
        (reference_date, agency, short_label, agency_sort_order, warning, label, sort_order)
    )
)

select * from final
