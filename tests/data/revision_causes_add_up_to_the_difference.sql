with dates as (
    select
        *,
        min(case when is_complete then reference_date end) over () as first_complete_date
    from {{ ref('annex_compared_dates') }}
),

-- Counted anew from the figures themselves: by how much each differs between the two dates.
differences as (
    select
        dates.reference_date,
        figures.measure,
        figures.year,
        figures.breakdown,
        figures.member,
        sum(case when figures.reference_date = dates.reference_date then figures.persons else -figures.persons end) as difference
    from {{ ref('annex_figures') }} as figures
    inner join {{ ref('measures') }} as measures
        on figures.measure = measures.measure and measures.is_revised
    inner join dates
        on
            figures.reference_date in (dates.reference_date, dates.previous_reference_date)
            and figures.year < extract(year from dates.previous_reference_date)
    inner join {{ ref('annex_breakdowns') }} as breakdowns
        on figures.breakdown = breakdowns.breakdown and breakdowns.event_types is null
    where figures.breakdown <> 'total' and figures.member <> 'totaal' and figures.second_breakdown = 'total'
    group by dates.reference_date, figures.measure, figures.year, figures.breakdown, figures.member
),

explained as (
    select
        reference_date,
        measure,
        year,
        breakdown,
        member,
        min(difference) as difference,
        max(difference) as other_difference,
        sum(difference_by_cause) as difference_by_causes
    from {{ ref('annex_revision') }}
    group by reference_date, measure, year, breakdown, member
),

-- The persons of a cause are the same in every breakdown, in the years from and to which they moved.
persons_per_breakdown as (
    select
        reference_date,
        measure,
        cause,
        coalesce(old_year, 0) as old_year,
        coalesce(new_year, 0) as new_year,
        breakdown,
        sum(persons) as persons
    from {{ ref('annex_revision_moves') }}
    group by reference_date, measure, cause, coalesce(old_year, 0), coalesce(new_year, 0), breakdown
)

select
    'the causes do not add up to the difference' as problem,
    coalesce(differences.reference_date, explained.reference_date) as reference_date,
    coalesce(differences.measure, explained.measure) as measure,
    coalesce(differences.year, explained.year) as year,
    coalesce(differences.member, explained.member) as member
from differences
full outer join explained
    on
        differences.reference_date = explained.reference_date
        and differences.measure = explained.measure
        and differences.year = explained.year
        and differences.breakdown = explained.breakdown
        and differences.member = explained.member
where
    coalesce(differences.difference, 0) <> coalesce(explained.difference_by_causes, 0)
    or coalesce(differences.difference, 0) <> coalesce(explained.difference, 0)
    or coalesce(explained.difference <> explained.other_difference, false)

union all

select
    'a cause has more persons in one breakdown than in another' as problem,
    reference_date,
    measure,
    old_year as year,
    cause as member
from persons_per_breakdown
group by reference_date, measure, cause, old_year, new_year
having
    coalesce(min(persons) <> max(persons), true)
    or count(*) <> {{ breakdowns(of_every_measure=true) | length }}

union all

select
    'a reference date after a complete one is compared with none' as problem,
    reference_date,
    null as measure,
    null as year,
    null as member
from dates
where previous_reference_date is null and reference_date > first_complete_date
