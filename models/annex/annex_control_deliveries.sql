with delivered_files as (

    select * from {{ ref('stg_landing__delivered_files') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

accepted_rows as (

    select * from {{ ref('annex_accepted_rows') }}

),

set_aside as (

    select * from {{ ref('int_records_set_aside') }}

),

agencies as (

    select * from {{ ref('dim_agency') }}

),

accepted_per_file as (

    select
        agency,
        reference_date,
        fact,
        count(*) as rows_accepted
    from accepted_rows
    group by agency, reference_date, fact

),

set_aside_per_file as (

    select
        agency,
        reference_date,
        fact,
        count(*) as rows_set_aside
    from set_aside
    group by agency, reference_date, fact

),

reconciled as (

    select
        delivered_files.agency,
        delivered_files.reference_date,
        delivered_files.delivery_version,
        delivered_files.fact,
        delivered_files.file_name,
        delivered_files.sheet_name,
        delivered_files.sha256,
        delivered_files.rows_delivered,
        coalesce(accepted_per_file.rows_accepted, 0) as rows_accepted,
        coalesce(set_aside_per_file.rows_set_aside, 0) as rows_set_aside
    from delivered_files
    inner join current_deliveries
        on
            delivered_files.agency = current_deliveries.agency
            and delivered_files.reference_date = current_deliveries.reference_date
            and delivered_files.delivery_version = current_deliveries.delivery_version
    left join accepted_per_file
        on
            delivered_files.agency = accepted_per_file.agency
            and delivered_files.reference_date = accepted_per_file.reference_date
            and delivered_files.fact = accepted_per_file.fact
    left join set_aside_per_file
        on
            delivered_files.agency = set_aside_per_file.agency
            and delivered_files.reference_date = set_aside_per_file.reference_date
            and delivered_files.fact = set_aside_per_file.fact

),

final as (

    select
        reconciled.reference_date,
        reconciled.agency,
        reconciled.fact,
        coalesce(agencies.label, 'Totaal') as label,
        coalesce(agencies.sort_order, 9999) as sort_order,
        reconciled.delivery_version,
        reconciled.file_name,
        reconciled.sheet_name,
        reconciled.sha256,
        cast(sum(reconciled.rows_delivered) as bigint) as rows_delivered,
        cast(sum(reconciled.rows_accepted) as bigint) as rows_accepted,
        cast(sum(reconciled.rows_set_aside) as bigint) as rows_set_aside
    from reconciled
    inner join agencies
        on reconciled.agency = agencies.agency
    group by grouping sets (
        (reconciled.reference_date),
        (
            reconciled.reference_date,
            reconciled.agency,
            reconciled.fact,
            agencies.label,
            agencies.sort_order,
            reconciled.delivery_version,
            reconciled.file_name,
            reconciled.sheet_name,
            reconciled.sha256
        )
    )

)

select * from final
