with counts as (

    select * from {{ ref('annex_counts') }}

),

-- A measure without a breakdown (contracts by reason for not registering) has no figure, which is not zero.
figures as (

    select
        reference_date,
        year,
        breakdown,
        member,
        label,
        sort_order,
        cast(sum(case when measure = 'contracts' then persons end) as bigint) as contracts,
        cast(sum(case when measure = 'attests' then persons end) as bigint) as attests,
        cast(sum(case when measure = 'invited' then persons end) as bigint) as invited,
        cast(sum(case when measure = 'registered' then persons end) as bigint) as registered,
        cast(sum(case when measure = 'not_registered' then persons end) as bigint) as not_registered
    from counts
    group by reference_date, year, breakdown, member, label, sort_order

),

final as (

    select
        *,
        {{ reach('registered', 'invited') }} as reach
    from figures

)

select * from final
