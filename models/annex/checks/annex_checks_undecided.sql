with undecided as (
    select
        reference_date, agency, event_type,
        upper(events.type_code) as type_code,
        cast(extract(year from events.event_date) as integer) as year
    from {{ ref('int_event_warnings') }} as warnings
    inner join {{ ref('int_events') }} as events using (agency, reference_date, event_type, row_number)
    where warnings.warning = 'unknown_type_code'
)

select
    undecided.reference_date, agency, agencies.short_label, undecided.event_type, undecided.type_code, undecided.year,
    count(*) as rows_undecided
from undecided
inner join {{ ref('dim_agency') }} as agencies using (agency)
group by
    undecided.reference_date, agency, agencies.short_label, undecided.event_type, undecided.type_code, undecided.year
