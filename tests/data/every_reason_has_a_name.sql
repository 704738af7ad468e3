with found as (
    select distinct
        'warnings' as seed,
        warning as reason
    from {{ ref('int_event_warnings') }}

    union all

    select distinct
        'rejection_reasons' as seed,
        rejection_reason as reason
    from {{ ref('int_rejected_rows') }}
),

named as (
    select
        'warnings' as seed,
        warning as reason
    from {{ ref('warnings') }}

    union all

    select
        'rejection_reasons' as seed,
        rejection_reason as reason
    from {{ ref('rejection_reasons') }}
)

select
    found.seed,
    found.reason
from found
left join named
    on
        found.seed = named.seed
        and found.reason = named.reason
where named.reason is null
