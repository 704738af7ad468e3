{{ config(materialized='incremental') }}

with ranked as (
    select
        *,
        row_number() over (
            partition by reference_date, person_key, is_counted_type
            order by event_date, agency_sort_order, event_number nulls last, row_number
        ) as place_in_time
    from {{ ref('int_events_conformed') }}
    where event_type = 'attests' and {{ is_to_build() }}
)

select
    reference_date, agency, row_number, person_key, dossier_number, event_number, event_date,
    cast(extract(year from event_date) as integer) as year,
    type_code, is_counted_type,
    is_counted_type and place_in_time = 1 as is_first_attest,
    province, region, working_area, nationality_group, nationality, gender, target_group, residence_status, own_residence_status
from ranked
