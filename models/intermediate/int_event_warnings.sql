with conformed as (
    select
        agency, reference_date, event_type, row_number,
        {{ one_row_per_text('warnings') }} as warning
    from {{ ref('int_events_conformed') }}
),

-- The one warning that takes two rows to see.
attests_before_contracts as (
    select
        attests.agency, attests.reference_date,
        'attests' as event_type,
        attests.row_number,
        'attest_before_first_contract' as warning
    from {{ ref('fct_attests') }} as attests
    inner join {{ ref('fct_contracts') }} as contracts using (reference_date, person_key)
    where contracts.is_first_contract and attests.is_counted_type and attests.event_date < contracts.event_date
)

select * from conformed
union all
select * from attests_before_contracts
