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

    union all

    select distinct
        'revision_causes' as seed,
        cause as reason
    from {{ ref('annex_revision_moves') }}
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

    union all

    select
        'revision_causes' as seed,
        cause as reason
    from {{ ref('revision_causes') }}
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
