{% set measures = ['contracts', 'attests', 'invited', 'registered', 'not_registered'] %}
with crossed as (

    select * from {{ ref('annex_crossed_figures') }}

),

figures as (
    {% for measure in measures %}
    select
        '{{ measure }}' as measure,
        reference_date,
        year,
        breakdown,
        member,
        second_breakdown,
        second_member,
        {{ measure }} as persons
    from crossed
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Each pair of breakdowns from either side; the row of totals apart from the rows that it adds up.
added_up as (

    select
        measure,
        reference_date,
        year,
        breakdown,
        member,
        second_breakdown as other_breakdown,
        second_member = 'totaal' as is_total,
        sum(persons) as persons
    from figures
    group by measure, reference_date, year, breakdown, member, second_breakdown, second_member = 'totaal'

    union all

    select
        measure,
        reference_date,
        year,
        second_breakdown as breakdown,
        second_member as member,
        breakdown as other_breakdown,
        member = 'totaal' as is_total,
        sum(persons) as persons
    from figures
    group by measure, reference_date, year, second_breakdown, second_member, breakdown, member = 'totaal'

),

sums_and_totals as (

    select true as is_total
    union all
    select false as is_total

),

expected as (

    select
        counts.measure,
        counts.reference_date,
        counts.year,
        breakdowns.breakdown,
        counts.member,
        other_breakdowns.breakdown as other_breakdown,
        sums_and_totals.is_total,
        counts.persons
    from {{ ref('annex_counts') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure = measures.measure
    inner join {{ ref('breakdowns') }} as breakdowns
        on counts.breakdown in (breakdowns.breakdown, 'total') and breakdowns.breakdown <> 'total'
    inner join {{ ref('breakdowns') }} as other_breakdowns
        on breakdowns.breakdown <> other_breakdowns.breakdown and other_breakdowns.breakdown <> 'total'
    cross join sums_and_totals
    where measures.has_reasons or 'not_registered_reason' not in (breakdowns.breakdown, other_breakdowns.breakdown)

)

select
    expected.*,
    added_up.persons as persons_crossed
from expected
left join added_up
    on
        expected.measure = added_up.measure
        and expected.reference_date = added_up.reference_date
        and expected.year = added_up.year
        and expected.breakdown = added_up.breakdown
        and expected.member = added_up.member
        and expected.other_breakdown = added_up.other_breakdown
        and expected.is_total = added_up.is_total
where
    added_up.persons is distinct from expected.persons
    -- Of the pairs with a nationality only those that occur have rows.
    and not (
        'nationality' in (expected.breakdown, expected.other_breakdown)
        and expected.persons = 0
        and added_up.persons is null
    )
