with deliveries as (
    select distinct
        agency, reference_date
    from {{ ref('stg_landing__current_files') }}
),

reference_dates as (
    select distinct reference_date from deliveries
),

completed as (
    select
        reference_dates.reference_date,
        count(agencies.agency) = count(deliveries.agency) as is_complete
    from reference_dates
    left join {{ ref('dim_agency') }} as agencies
        on
            reference_dates.reference_date >= coalesce(agencies.deliver_from, reference_dates.reference_date)
            and reference_dates.reference_date <= coalesce(agencies.deliver_until, reference_dates.reference_date)
    left join deliveries
        on agencies.agency = deliveries.agency and reference_dates.reference_date = deliveries.reference_date
    group by reference_dates.reference_date
),

compared as (
    select
        reference_date, is_complete,
        max(case when is_complete then reference_date end) over (
            order by reference_date rows between unbounded preceding and 1 preceding
        ) as previous_reference_date
    from completed
)

select * from compared
