with set_aside as (

    select * from {{ ref('int_records_set_aside') }}

),

set_aside_reasons as (

    select * from {{ ref('set_aside_reasons') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

final as (

    select
        current_deliveries.reference_date,
        current_deliveries.agency,
        coalesce(set_aside_reasons.set_aside_reason, 'totaal') as set_aside_reason,
        coalesce(set_aside_reasons.label, 'Totaal') as label,
        coalesce(set_aside_reasons.sort_order, 9999) as sort_order,
        count(set_aside.row_number) as rows_set_aside
    from current_deliveries
    cross join set_aside_reasons
    left join set_aside
        on
            current_deliveries.reference_date = set_aside.reference_date
            and current_deliveries.agency = set_aside.agency
            and set_aside_reasons.set_aside_reason = set_aside.set_aside_reason
    group by grouping sets (
        (current_deliveries.reference_date, current_deliveries.agency),
        (
            current_deliveries.reference_date,
            current_deliveries.agency,
            set_aside_reasons.set_aside_reason,
            set_aside_reasons.label,
            set_aside_reasons.sort_order
        )
    )

)

select * from final
