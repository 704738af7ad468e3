with current_files as (
    select * from {{ ref('int_current_files') }}
),

rejected_rows as (
    select * from {{ ref('int_rejected_rows') }}
),

-- Accepted is what arrived in the facts.
accepted as (
    {% for event_type in ['invitations', 'contracts', 'attests'] %}
    select
        agency,
        reference_date,
        '{{ event_type }}' as event_type,
        count(*) as rows_accepted
    from {{ ref('fct_' ~ event_type) }}
    group by agency, reference_date
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

rejected as (
    select
        agency,
        reference_date,
        event_type,
        count(*) as rows_rejected
    from rejected_rows
    group by agency, reference_date, event_type
),

per_file as (
    select
        current_files.reference_date,
        current_files.agency,
        current_files.event_type,
        agencies.label as agency_label,
        agencies.sort_order as agency_sort_order,
        event_types.sort_order as event_type_sort_order,
        current_files.delivery_version,
        current_files.file_name,
        current_files.sheet_name,
        current_files.sha256,
        current_files.rows_delivered,
        coalesce(accepted.rows_accepted, 0) as rows_accepted,
        coalesce(rejected.rows_rejected, 0) as rows_rejected
    from current_files
    inner join {{ ref('dim_agency') }} as agencies
        on current_files.agency = agencies.agency
    inner join {{ ref('event_types') }} as event_types
        on current_files.event_type = event_types.event_type
    left join accepted
        on
            current_files.agency = accepted.agency
            and current_files.reference_date = accepted.reference_date
            and current_files.event_type = accepted.event_type
    left join rejected
        on
            current_files.agency = rejected.agency
            and current_files.reference_date = rejected.reference_date
            and current_files.event_type = rejected.event_type
),

final as (
    select
        reference_date,
        coalesce(agency, 'totaal') as agency,
        coalesce(event_type, 'totaal') as event_type,
        coalesce(agency_label, '{{ var("breakdowns").total.label }}') as agency_label,
        coalesce(agency_sort_order, 9999) as agency_sort_order,
        coalesce(event_type_sort_order, 9999) as event_type_sort_order,
        delivery_version,
        file_name,
        sheet_name,
        sha256,
        cast(sum(rows_delivered) as bigint) as rows_delivered,
        cast(sum(rows_accepted) as bigint) as rows_accepted,
        cast(sum(rows_rejected) as bigint) as rows_rejected
    from per_file
    group by grouping sets (
        (reference_date),
        (
            reference_date, agency, event_type, agency_label, agency_sort_order, event_type_sort_order,
            delivery_version, file_name, sheet_name, sha256
        )
    )
)

select * from final
