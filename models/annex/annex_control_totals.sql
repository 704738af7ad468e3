with counts as (

    select * from {{ ref('annex_counts') }}

),

measures as (

    select * from {{ ref('measures') }}

),

breakdowns as (

    select * from {{ ref('breakdowns') }}

),

totals as (

    select
        reference_date,
        year,
        measure,
        persons
    from counts
    where breakdown = 'total'

),

sums as (

    select
        reference_date,
        year,
        measure,
        breakdown,
        cast(sum(persons) as bigint) as persons
    from counts
    group by reference_date, year, measure, breakdown

),

final as (

    select
        sums.reference_date,
        sums.year,
        sums.measure,
        measures.label as measure_label,
        measures.sort_order as measure_sort_order,
        sums.breakdown,
        breakdowns.label as breakdown_label,
        breakdowns.sort_order as breakdown_sort_order,
        sums.persons,
        sums.persons = totals.persons as agrees
    from sums
    inner join totals
        on
            sums.reference_date = totals.reference_date
            and sums.year = totals.year
            and sums.measure = totals.measure
    inner join measures
        on sums.measure = measures.measure
    inner join breakdowns
        on sums.breakdown = breakdowns.breakdown

)

select * from final
