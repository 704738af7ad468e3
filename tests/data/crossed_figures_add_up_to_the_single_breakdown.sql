{#- Not in the YAML: where a macro changed, dbt forgets what the YAML says of a test, and would refuse the private cube. -#}
{{ config(group='annex') }}

with cube as (
    select * from {{ ref('annex_cube') }}
),

-- The measures of the cube: those in persons, and the numerators of shares.
measures as (
    select measure, event_type, has_reasons from {{ ref('measures') }}
    where unit = 'persons'

    union all

    select numerator as measure, event_type, has_reasons from {{ ref('measures') }}
    where within_months is not null
),

breakdowns as (
    select * from {{ ref('annex_breakdowns') }}
),

-- What each member must add up to, by every other breakdown: the row of that member, or of the total, which is counted by itself.
expected as (
    select
        cube.measure,
        cube.reference_date,
        cube.year,
        cube.breakdown,
        cube.member,
        other.breakdown as other_breakdown,
        cube.persons
    from cube
    inner join measures
        on cube.measure = measures.measure
    inner join breakdowns as other
        on
            cube.breakdown <> other.breakdown
            and other.breakdown <> 'total'
            and (measures.has_reasons or not other.only_with_reasons)
            and (other.event_types is null or other.event_types like '%' || measures.event_type || '%')
    where cube.second_breakdown = 'total'
),

-- Each pair of breakdowns from either side, and the members of one breakdown from the side of the total.
added_up as (
    select
        measure,
        reference_date,
        year,
        breakdown,
        member,
        second_breakdown as other_breakdown,
        sum(persons) as persons
    from cube
    where second_breakdown <> 'total'
    group by measure, reference_date, year, breakdown, member, second_breakdown

    union all

    select
        measure,
        reference_date,
        year,
        second_breakdown as breakdown,
        second_member as member,
        breakdown as other_breakdown,
        sum(persons) as persons
    from cube
    where breakdown <> 'total'
    group by measure, reference_date, year, second_breakdown, second_member, breakdown
)

select
    coalesce(expected.measure, added_up.measure) as measure,
    coalesce(expected.reference_date, added_up.reference_date) as reference_date,
    coalesce(expected.year, added_up.year) as year,
    coalesce(expected.breakdown, added_up.breakdown) as breakdown,
    coalesce(expected.member, added_up.member) as member,
    coalesce(expected.other_breakdown, added_up.other_breakdown) as other_breakdown,
    expected.persons,
    added_up.persons as persons_added_up
from expected
full outer join added_up
    on
        expected.measure = added_up.measure
        and expected.reference_date = added_up.reference_date
        and expected.year = added_up.year
        and expected.breakdown = added_up.breakdown
        and expected.member = added_up.member
        and expected.other_breakdown = added_up.other_breakdown
where expected.persons is distinct from added_up.persons
