with counts as (

    select * from {{ ref('annex_counts') }}

),

reach as (

    select
        reference_date,
        year,
        breakdown,
        member,
        label,
        sort_order,
        sum(case when measure = 'invited' then persons else 0 end) as invited,
        sum(case when measure = 'registered' then persons else 0 end) as registered,
        sum(case when measure = 'not_registered' then persons else 0 end) as not_registered
    from counts
    where breakdown in ('agency', 'province', 'total')
    group by reference_date, year, breakdown, member, label, sort_order

),

final as (

    select
        reference_date,
        year,
        breakdown,
        member,
        label,
        sort_order,
        cast(invited as bigint) as invited,
        cast(registered as bigint) as registered,
        cast(not_registered as bigint) as not_registered,
        case when invited = 0 then 0 else cast(registered as double) / invited end as reach
    from reach

)

select * from final
