{{ config(materialized='incremental') }}

with conformed as (
    select
        agency, reference_date, event_type, row_number,
        {{ one_row_per_text('warnings') }} as warning
    from {{ ref('int_events_conformed') }}
),

-- The warnings that take more than one row to see.
attests_before_contracts as (
    select
        attests.agency, attests.reference_date,
        'attests' as event_type,
        attests.row_number,
        'attest_before_first_contract' as warning
    from {{ ref('fct_attests') }} as attests
    inner join {{ ref('fct_contracts') }} as contracts using (reference_date, person_key)
    where contracts.is_first_contract and attests.is_counted_type and attests.event_date < contracts.event_date
),

crowded_persons as (
    select agency, reference_date, event_type, person_key
    from {{ ref('int_events') }}
    where rejection_reason is null
    group by agency, reference_date, event_type, person_key
    having count(*) > {{ var('most_rows_of_a_person') }}
),

rows_of_crowded_persons as (
    select
        agency, reference_date, event_type, events.row_number,
        'implausibly_many_rows' as warning
    from {{ ref('int_events') }} as events
    inner join crowded_persons using (agency, reference_date, event_type, person_key)
    where events.rejection_reason is null
),

final as (
    select * from conformed
    union all
    select * from attests_before_contracts
    union all
    select * from rows_of_crowded_persons
)

select * from final
where {{ is_to_build() }}
