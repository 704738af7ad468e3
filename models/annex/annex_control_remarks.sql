with remarks as (

    select * from {{ ref('int_record_remarks') }}

),

remark_kinds as (

    select * from {{ ref('remark_kinds') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

final as (

    select
        current_deliveries.reference_date,
        current_deliveries.agency,
        coalesce(remark_kinds.remark_kind, 'totaal') as remark_kind,
        coalesce(remark_kinds.label, 'Totaal') as label,
        coalesce(remark_kinds.sort_order, 9999) as sort_order,
        count(remarks.row_number) as remarks
    from current_deliveries
    cross join remark_kinds
    left join remarks
        on
            current_deliveries.reference_date = remarks.reference_date
            and current_deliveries.agency = remarks.agency
            and remark_kinds.remark_kind = remarks.remark_kind
    group by grouping sets (
        (current_deliveries.reference_date, current_deliveries.agency),
        (
            current_deliveries.reference_date,
            current_deliveries.agency,
            remark_kinds.remark_kind,
            remark_kinds.label,
            remark_kinds.sort_order
        )
    )

)

select * from final
