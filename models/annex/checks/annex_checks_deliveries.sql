-- Accepted is what arrived in the facts.
with accepted as (
    {% for event_type in ['invitations', 'contracts', 'attests'] %}
    select
        agency, reference_date,
        '{{ event_type }}' as event_type,
        count(*) as rows_accepted,
        cast(extract(year from min(event_date)) as integer) as first_year
    from {{ ref('fct_' ~ event_type) }}
    group by agency, reference_date
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

rejected as (
    select
        agency, reference_date, event_type,
        count(*) as rows_rejected
    from {{ ref('int_rejected_rows') }}
    group by agency, reference_date, event_type
),

per_file as (
    select
        reference_date, agency, event_type,
        agencies.label as agency_label,
        agencies.sort_order as agency_sort_order,
        event_types.sort_order as event_type_sort_order,
        files.delivery_version, files.file_name, files.sheet_name, files.sha256, files.is_synthetic, files.rows_delivered,
        accepted.first_year,
        coalesce(accepted.rows_accepted, 0) as rows_accepted,
        coalesce(rejected.rows_rejected, 0) as rows_rejected
    from {{ ref('stg_landing__current_files') }} as files
    inner join {{ ref('dim_agency') }} as agencies using (agency)
    inner join {{ ref('event_types') }} as event_types using (event_type)
    left join accepted using (agency, reference_date, event_type)
    left join rejected using (agency, reference_date, event_type)
)

select
    reference_date,
    coalesce(agency, 'totaal') as agency,
    coalesce(event_type, 'totaal') as event_type,
    coalesce(agency_label, '{{ var("breakdowns").total.label }}') as agency_label,
    coalesce(agency_sort_order, 9999) as agency_sort_order,
    coalesce(event_type_sort_order, 9999) as event_type_sort_order,
    delivery_version, file_name, sheet_name, sha256,
    bool_or(is_synthetic) as is_synthetic,
    min(first_year) as first_year,
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
