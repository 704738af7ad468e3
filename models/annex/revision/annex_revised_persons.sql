{%- set attributes = ['province', 'nationality_group', 'nationality', 'gender', 'target_group', 'own_residence_status'] %}

with counted_persons as (
    select counted_persons.*
    from {{ ref('annex_counted_persons') }} as counted_persons
    inner join {{ ref('measures') }} as measures
        on counted_persons.measure = measures.measure
    where measures.is_revised
),

accepted as (
    select
        event_type,
        agency,
        reference_date,
        row_number,
        event_number
    from {{ ref('int_events') }}
    where rejection_reason is null
),

pairs as (
    select * from {{ ref('annex_compared_dates') }}
),

deliveries as (
    select distinct
        agency,
        reference_date
    from {{ ref('int_current_files') }}
),

earlier as (
    select
        pairs.reference_date as compared_at,
        counted_persons.*
    from counted_persons
    inner join pairs
        on counted_persons.reference_date = pairs.previous_reference_date
    where counted_persons.year < extract(year from pairs.previous_reference_date)
),

later as (
    select
        pairs.reference_date as compared_at,
        counted_persons.*
    from counted_persons
    inner join pairs
        on counted_persons.reference_date = pairs.reference_date
    where counted_persons.year < extract(year from pairs.previous_reference_date)
),

-- Who is counted otherwise than before: in another year, at another agency, under other members, or only once.
differing as (
    select
        coalesce(later.compared_at, earlier.compared_at) as reference_date,
        coalesce(later.measure, earlier.measure) as measure,
        coalesce(later.event_type, earlier.event_type) as event_type,
        coalesce(later.person_key, earlier.person_key) as person_key,
        earlier.year as old_year,
        earlier.agency as old_agency,
        earlier.event_number as old_event_number,
        later.year as new_year,
        later.agency as new_agency,
        later.event_number as new_event_number
    from earlier
    full outer join later
        on
            earlier.compared_at = later.compared_at
            and earlier.measure = later.measure
            and earlier.person_key = later.person_key
    where
        earlier.person_key is null
        or later.person_key is null
        or earlier.year <> later.year
        or earlier.agency <> later.agency
        {%- for attribute in attributes %}
        or earlier.{{ attribute }} <> later.{{ attribute }}
        {%- endfor %}
),

traced as (
    select
        differing.*,
        pairs.previous_reference_date,
        old_row_now.row_number is not null as old_row_is_still_there,
        new_row_then.row_number is not null as new_row_was_there,
        old_agency_now.agency is not null as old_agency_delivered_now,
        new_agency_then.agency is not null as new_agency_delivered_then
    from differing
    inner join pairs
        on differing.reference_date = pairs.reference_date
    left join accepted as old_row_now
        on
            differing.reference_date = old_row_now.reference_date
            and differing.old_agency = old_row_now.agency
            and differing.old_event_number = old_row_now.event_number
            and differing.event_type = old_row_now.event_type
    left join accepted as new_row_then
        on
            pairs.previous_reference_date = new_row_then.reference_date
            and differing.new_agency = new_row_then.agency
            and differing.new_event_number = new_row_then.event_number
            and differing.event_type = new_row_then.event_type
    left join deliveries as old_agency_now
        on
            differing.reference_date = old_agency_now.reference_date
            and differing.old_agency = old_agency_now.agency
    left join deliveries as new_agency_then
        on
            pairs.previous_reference_date = new_agency_then.reference_date
            and differing.new_agency = new_agency_then.agency
),

explained as (
    select
        reference_date,
        previous_reference_date,
        measure,
        person_key,
        old_year,
        old_agency,
        old_event_number,
        new_year,
        new_agency,
        new_event_number,
        case
            when old_agency is not null and not old_agency_delivered_now then 'delivery_not_loaded'
            when new_agency is not null and not new_agency_delivered_then then 'delivery_not_loaded'
            when old_year is null and measure = 'registered' then 'registered_later'
            when old_year is null and not new_row_was_there then 'registered_later'
            when old_year is null and measure = 'invited' then 'other_date'
            when old_year is null then 'other_attributes'
            when new_year is null and measure = 'registered' then 'withdrawn'
            when new_year is null and not old_row_is_still_there then 'withdrawn'
            when new_year is null and measure = 'invited' then 'other_date'
            when new_year is null then 'other_attributes'
            when old_agency = new_agency and old_event_number = new_event_number and old_year <> new_year then 'other_date'
            when old_agency = new_agency and old_event_number = new_event_number then 'other_attributes'
            when old_row_is_still_there then 'found_elsewhere'
            when old_agency <> new_agency then 'moved_agency'
            else 'withdrawn'
        end as cause
    from traced
)

select * from explained
