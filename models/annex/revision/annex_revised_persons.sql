{{ config(materialized='incremental') }}

with differing as (
    select * from {{ ref('annex_differing_persons') }}
    where {{ is_to_build() }}
),

compared_rows as (
    select * from {{ ref('annex_compared_rows') }}
),

deliveries as (
    select distinct
        agency, reference_date
    from {{ ref('stg_landing__current_files') }}
),

traced as (
    select
        differing.*,
        old_agency_now.agency is null as is_old_agency_missing,
        new_agency_then.agency is null as is_new_agency_missing,
        {%- for row in ['old_row_now', 'new_row_then'] %}
        {{ row }}.row_key is not null as is_{{ row }}_delivered,
        {{ row }}.row_number is not null as is_{{ row }}_accepted,
        {{ row }}.person as person_of_{{ row }},
        {{ row }}.is_counted_type as is_{{ row }}_counted_type{% if not loop.last %},{% endif %}
        {%- endfor %}
    from differing
    left join deliveries as old_agency_now
        on differing.reference_date = old_agency_now.reference_date and differing.old_agency = old_agency_now.agency
    left join deliveries as new_agency_then
        on differing.previous_reference_date = new_agency_then.reference_date and differing.new_agency = new_agency_then.agency
    {%- for row, side, day in [('old_row_now', 'old', 'reference_date'), ('new_row_then', 'new', 'previous_reference_date')] %}
    left join compared_rows as {{ row }}
        on
            differing.{{ day }} = {{ row }}.reference_date
            and differing.event_type = {{ row }}.event_type
            and differing.{{ side }}_agency = {{ row }}.agency
            and differing.{{ side }}_row_key = {{ row }}.row_key
    {%- endfor %}
),

final as (
    select
        reference_date, previous_reference_date, measure, event_type, person, old_year, old_agency, old_row_number,
        old_event_number, new_year, new_agency, new_row_number, new_event_number,
        case
            when old_year is not null and is_old_agency_missing then 'not_delivered'
            when new_year is not null and is_new_agency_missing then 'not_delivered'
            when person_of_old_row_now <> person or person_of_new_row_then <> person then 'person_number_corrected'
            when is_old_row_now_delivered and not is_old_row_now_accepted then 'set_aside'
            when is_new_row_then_delivered and not is_new_row_then_accepted then 'no_longer_set_aside'
            when old_year is not null and not is_old_row_now_delivered then 'withdrawn'
            when old_year is null and not is_new_row_then_delivered then 'delivered_later'
            when not is_old_row_now_counted_type or not is_new_row_then_counted_type then 'other_type'
            when old_agency <> new_agency or old_row_key <> new_row_key then 'found_elsewhere'
            when measure = 'registered' and old_year is null and new_year = old_invited_year then 'registered_later'
            when measure = 'registered' and new_year is null and old_year = new_invited_year then 'registration_withdrawn'
            when old_year = new_year then 'other_attributes'
            else 'other_date'
        end as cause
    from traced
)

select * from final
