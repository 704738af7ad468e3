with undecided as (
    select
        events.reference_date,
        events.agency,
        events.event_type,
        upper(events.type_code) as type_code,
        cast(extract(year from events.event_date) as integer) as year,
        count(*) as rows_undecided
    from {{ ref('int_event_warnings') }} as warnings
    inner join {{ ref('int_events') }} as events
        on
            warnings.agency = events.agency
            and warnings.reference_date = events.reference_date
            and warnings.event_type = events.event_type
            and warnings.row_number = events.row_number
    where warnings.warning = 'unknown_type_code'
    group by
        events.reference_date,
        events.agency,
        events.event_type,
        upper(events.type_code),
        cast(extract(year from events.event_date) as integer)
),

final as (
    select
        undecided.reference_date,
        undecided.agency,
        agencies.short_label,
        undecided.event_type,
        undecided.type_code,
        undecided.year,
        undecided.rows_undecided
    from undecided
    inner join {{ ref('dim_agency') }} as agencies
        on undecided.agency = agencies.agency
)

select * from final
