with set_aside as (

    select * from {{ ref('int_records_set_aside') }}

),

set_aside_reasons as (

    select * from {{ ref('set_aside_reasons') }}

),

delivered_files as (

    select * from {{ ref('stg_landing__delivered_files') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

current_files as (

    select
        delivered_files.reference_date,
        delivered_files.agency,
        delivered_files.fact
    from delivered_files
    inner join current_deliveries
        on
            delivered_files.agency = current_deliveries.agency
            and delivered_files.reference_date = current_deliveries.reference_date
            and delivered_files.delivery_version = current_deliveries.delivery_version

),

final as (

    select
        current_files.reference_date,
        current_files.agency,
        current_files.fact,
        coalesce(set_aside_reasons.set_aside_reason, 'totaal') as set_aside_reason,
        coalesce(set_aside_reasons.label, 'Totaal') as label,
        coalesce(set_aside_reasons.sort_order, 9999) as sort_order,
        count(set_aside.row_number) as rows_set_aside
    from current_files
    cross join set_aside_reasons
    left join set_aside
        on
            current_files.reference_date = set_aside.reference_date
            and current_files.agency = set_aside.agency
            and current_files.fact = set_aside.fact
            and set_aside_reasons.set_aside_reason = set_aside.set_aside_reason
    group by grouping sets (
        (current_files.reference_date, current_files.agency, current_files.fact),
        (
            current_files.reference_date,
            current_files.agency,
            current_files.fact,
            set_aside_reasons.set_aside_reason,
            set_aside_reasons.label,
            set_aside_reasons.sort_order
        )
    )

)

select * from final
