with conformed as (
    select
        agency,
        reference_date,
        event_type,
        row_number,
        {{ one_row_per_text('warnings') }} as warning
    from {{ ref('int_events_conformed') }}
),

-- The one warning that takes two rows to see.
attests_before_contracts as (
    select
        attests.agency,
        attests.reference_date,
        'attests' as event_type,
        attests.row_number,
        'attest_before_first_contract' as warning
    from {{ ref('fct_attests') }} as attests
    inner join {{ ref('fct_contracts') }} as contracts
        on
            attests.reference_date = contracts.reference_date
            and attests.person_key = contracts.person_key
            and contracts.is_first_contract
    where attests.is_counted_type and attests.event_date < contracts.event_date
),

warnings as (
    select * from conformed
    union all
    select * from attests_before_contracts
)

select * from warnings
