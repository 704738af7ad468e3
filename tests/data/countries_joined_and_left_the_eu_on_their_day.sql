with memberships as (
    select * from {{ ref('eu_memberships') }}
),

expected as (
    select *
    from (
        values
        ('2004-01-01', 14, 'GB', 'HR'),
        ('2004-04-30', 14, 'GB', 'PL'),
        ('2004-05-01', 24, 'PL', 'RO'),
        ('2006-12-31', 24, 'PL', 'RO'),
        ('2007-01-01', 26, 'RO', 'HR'),
        ('2013-06-30', 26, 'RO', 'HR'),
        ('2013-07-01', 27, 'HR', 'TR'),
        ('2020-01-31', 27, 'GB', 'TR'),
        ('2020-02-01', 26, 'HR', 'GB'),
        ('2024-01-31', 26, 'HR', 'GB')
    ) as listed (member_on, members, a_member, no_member)  -- noqa: AL05
),

counted as (
    select
        expected.member_on,
        expected.members,
        count(memberships.nationality) as members_found,
        sum(case when memberships.nationality = expected.a_member then 1 else 0 end) as member_found,
        sum(case when memberships.nationality = expected.no_member then 1 else 0 end) as no_member_found
    from expected
    left join memberships
        on
            memberships.nationality <> 'BE'
            and memberships.member_from <= cast(expected.member_on as date)
            and (memberships.member_until is null or memberships.member_until > cast(expected.member_on as date))
    group by expected.member_on, expected.members
)

select
    'other members than on that day' as problem,
    member_on as what
from counted
where members_found <> members or member_found <> 1 or no_member_found <> 0

union all

select
    'Belgium is a member on some days only' as problem,
    nationality as what
from memberships
where nationality = 'BE' and (member_from > cast('{{ var("first_possible_day") }}' as date) or member_until is not null)
