{{ config(materialized='view') }}

with cube as (
    select * from {{ ref('annex_cube') }}
),

contracts as (
    select reference_date, year, breakdown, member, persons
    from cube
    where measure = 'contracts' and second_breakdown = 'total'
),

reference_dates as (
    select distinct reference_date from {{ ref('stg_landing__current_files') }}
),

-- The order of every list in every year; of a long list the most contracts come first.
placed as (
    select
        reference_date, year, breakdown, member, members.label, members.is_total, breakdowns.only_with_reasons,
        breakdowns.event_types, years.last_day,
        breakdowns.only_counted and not members.is_total as is_open,
        cast(row_number() over (
            partition by reference_date, year, breakdown
            order by
                members.is_total asc,
                breakdowns.most_contracts_first and member = 'onbepaald' asc,
                case when breakdowns.most_contracts_first then coalesce(contracts.persons, 0) end desc,
                members.sort_order asc
        ) as bigint) as place
    from reference_dates
    inner join {{ ref('dim_year') }} as years on years.year <= extract(year from reference_dates.reference_date)
    cross join {{ ref('annex_members') }} as members
    inner join {{ ref('annex_breakdowns') }} as breakdowns using (breakdown)
    left join contracts using (reference_date, year, breakdown, member)
    where
        reference_dates.reference_date >= coalesce(members.listed_from, reference_dates.reference_date)
        and reference_dates.reference_date <= coalesce(members.listed_until, reference_dates.reference_date)
),

-- Beside a member stands the total, or a member of another breakdown; beside the total stands nothing else.
cells as (
    select
        measures.measure,
        coalesce(measures.numerator, measures.measure) as counted_measure,
        measures.denominator, measures.unit,
        cast({{ dbt.dateadd('month', 'measures.within_months', 'first.last_day') }} as date) as given_from,
        first.reference_date, first.year, first.breakdown, first.member, first.label, first.place,
        second.breakdown as second_breakdown,
        second.member as second_member,
        second.label as second_label,
        second.place as second_place,
        (first.is_open and not (first.member = 'onbepaald' and second.breakdown = 'total')) or second.is_open as is_open,
        -- The cube holds a total without a breakdown.
        case when first.is_total then 'total' else first.breakdown end as cube_breakdown,
        case when second.is_total then 'total' else second.breakdown end as second_cube_breakdown
    from placed as first
    inner join placed as second
        on
            first.reference_date = second.reference_date
            and first.year = second.year
            and case when first.breakdown = 'total' then second.breakdown = 'total' else first.breakdown <> second.breakdown end
    inner join {{ ref('measures') }} as measures
        on
            (measures.has_reasons or not (first.only_with_reasons or second.only_with_reasons))
            {%- for side in ['first', 'second'] %}
            and ({{ side }}.event_types is null or {{ side }}.event_types like '%' || measures.event_type || '%')
            {%- endfor %}
            -- What is said of a next step is said by one breakdown at a time.
            and (
                measures.next_step is null
                or (second.breakdown = 'total' and first.event_types is null and not first.only_with_reasons)
            )
),

-- Every pair both ways round.
counts as (
    select
        measure as counted_measure, reference_date, year, persons,
        breakdown as cube_breakdown, member, second_breakdown as second_cube_breakdown, second_member
    from cube

    union all

    select
        measure as counted_measure, reference_date, year, persons,
        second_breakdown as cube_breakdown, second_member as member, breakdown as second_cube_breakdown, member as second_member
    from cube
    where breakdown <> 'total'
),

denominators as (
    select
        counted_measure as denominator, reference_date, year, cube_breakdown, member, second_cube_breakdown, second_member,
        persons as persons_of_all
    from counts
),

medians as (
    select
        measure, reference_date, year, member, median_months,
        breakdown as cube_breakdown,
        'total' as second_cube_breakdown
    from {{ ref('annex_medians') }}
),

counted as (
    select
        cells.*,
        coalesce(counts.persons, 0) as persons,
        coalesce(denominators.persons_of_all, 0) as persons_of_all,
        medians.median_months
    from cells
    left join counts using (counted_measure, reference_date, year, cube_breakdown, member, second_cube_breakdown, second_member)
    left join denominators using (denominator, reference_date, year, cube_breakdown, member, second_cube_breakdown, second_member)
    left join medians using (measure, reference_date, year, cube_breakdown, member, second_cube_breakdown)
),

-- A cohort of which not everybody had the time yet is not given: the figure would look like a failure.
given as (
    select
        *,
        case
            when unit = 'persons' then null
            when persons_of_all = 0 then 'not_applicable'
            when given_from > reference_date then 'not_yet'
            when unit = 'months' and median_months is null then 'not_yet'
        end as absence
    from counted
)

select
    reference_date, measure, year, breakdown, member, label, place,
    second_breakdown, second_member, second_label, second_place,
    case when unit = 'persons' then persons end as persons,
    case when unit = 'share' and absence is null then cast(persons as double) / persons_of_all end as share,
    case when absence is null then median_months end as median_months,
    absence, given_from,
    case
        when not is_open then year
        else max(case when persons + persons_of_all > 0 then year end) over (
            partition by reference_date, measure, breakdown, member, second_breakdown, second_member order by year
        )
    end as last_counted_year
from given
