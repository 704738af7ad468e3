{{ config(materialized='incremental') }}

{%- set members = breakdowns(of_every_measure=true) %}

with dates as (
    select
        reference_date, previous_reference_date,
        extract(year from previous_reference_date) as first_open_year
    from {{ ref('annex_compared_dates') }}
    where previous_reference_date is not null and {{ is_to_build() }}
),

compared_dates as (
    select reference_date from dates
    union distinct
    select previous_reference_date as reference_date from dates
),

counted as (
    select
        counted_persons.*,
        compared_rows.row_key, compared_rows.person
    from {{ ref('annex_counted_persons') }} as counted_persons
    inner join compared_dates using (reference_date)
    inner join {{ ref('measures') }} as measures
        on counted_persons.measure = measures.measure and measures.is_revised
    inner join {{ ref('annex_compared_rows') }} as compared_rows
        on
            counted_persons.agency = compared_rows.agency
            and counted_persons.reference_date = compared_rows.reference_date
            and counted_persons.event_type = compared_rows.event_type
            and counted_persons.row_number = compared_rows.row_number
),

{%- for side, day in [('earlier', 'previous_reference_date'), ('later', 'reference_date')] %}
{{ side }} as (
    select
        dates.reference_date as compared_at,
        counted.*
    from counted
    inner join dates
        on counted.reference_date = dates.{{ day }}
),
{% endfor %}
differing as (
    select
        coalesce(later.compared_at, earlier.compared_at) as reference_date,
        coalesce(later.measure, earlier.measure) as measure,
        coalesce(later.event_type, earlier.event_type) as event_type,
        coalesce(later.person, earlier.person) as person,
        {%- for column in ['year', 'agency', 'row_number', 'row_key', 'event_number'] %}
        earlier.{{ column }} as old_{{ column }},
        later.{{ column }} as new_{{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from earlier
    full outer join later
        on earlier.compared_at = later.compared_at and earlier.measure = later.measure and earlier.person = later.person
    where
        earlier.person is null
        or later.person is null
        or earlier.year <> later.year
        {%- for member in members %}
        or earlier.{{ member }} <> later.{{ member }}
        {%- endfor %}
),

final as (
    select
        differing.*,
        dates.previous_reference_date,
        invited_earlier.year as old_invited_year,
        invited_later.year as new_invited_year
    from differing
    inner join dates
        on
            differing.reference_date = dates.reference_date
            and (differing.old_year < dates.first_open_year or differing.new_year < dates.first_open_year)
    left join earlier as invited_earlier
        on
            invited_earlier.measure = 'invited'
            and differing.reference_date = invited_earlier.compared_at
            and differing.person = invited_earlier.person
    left join later as invited_later
        on
            invited_later.measure = 'invited'
            and differing.reference_date = invited_later.compared_at
            and differing.person = invited_later.person
)

select
    reference_date, previous_reference_date, measure, event_type, person,
    {% for column in ['year', 'invited_year', 'agency', 'row_number', 'row_key', 'event_number'] %}
    old_{{ column }},
    new_{{ column }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from final
