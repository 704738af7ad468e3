with periods as (
    select
        nationality,
        member_from,
        member_until,
        lead(member_from) over (partition by nationality order by member_from) as next_from
    from {{ ref('eu_memberships') }}
)

select nationality
from periods
where
    member_from is null
    or member_from >= coalesce(member_until, cast('9999-12-31' as date))
    or next_from < coalesce(member_until, cast('9999-12-31' as date))
