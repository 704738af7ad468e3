{%- set breakdowns = var('breakdowns') %}

with combinations as (

    select * from {{ ref('annex_combinations') }}

),

members as (

    select * from {{ ref('annex_members') }}

),

breakdowns as (

    select * from {{ ref('breakdowns') }}

),

years as (

    select distinct
        reference_date,
        year
    from {{ ref('annex_figures') }}

),

-- Of the two breakdowns of a row, the one that stands first in the list is `breakdown`, the other `second_breakdown`.
counts as (

    select
        measure,
        reference_date,
        year,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
        end as breakdown,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then {{ breakdown }}
            {%- endfor %}
        end as member,
        case
            {%- for breakdown in breakdowns | reverse %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
        end as second_breakdown,
        case
            {%- for breakdown in breakdowns | reverse %}
            when grouping({{ breakdown }}) = 0 then {{ breakdown }}
            {%- endfor %}
        end as second_member,
        sum(persons) as persons
    from combinations
    group by grouping sets (
        {%- for breakdown in breakdowns[:-1] %}
        {%- set outer_loop = loop %}
        {%- for second_breakdown in breakdowns[loop.index:] %}
        (measure, reference_date, year, {{ breakdown }}, {{ second_breakdown }})
        {%- if not (loop.last and outer_loop.last) %},{% endif %}
        {%- endfor %}
        {%- endfor %}
    )

),

counts_and_totals as (

    select
        reference_date,
        year,
        breakdown,
        case when grouping(member) = 1 then 'totaal' else member end as member,
        second_breakdown,
        case when grouping(second_member) = 1 then 'totaal' else second_member end as second_member,
        sum(case when measure = 'contracts' then persons end) as contracts,
        sum(case when measure = 'attests' then persons end) as attests,
        sum(case when measure = 'invited' then persons end) as invited,
        sum(case when measure = 'registered' then persons end) as registered,
        sum(case when measure = 'not_registered' then persons end) as not_registered
    from counts
    group by reference_date, year, breakdown, second_breakdown, cube (member, second_member)

),

members_and_totals as (

    select
        breakdowns.breakdown,
        breakdowns.sort_order as breakdown_sort_order,
        members.member,
        members.label,
        members.sort_order
    from breakdowns
    inner join members
        on breakdowns.breakdown = members.breakdown or members.breakdown = 'total'
    where breakdowns.breakdown <> 'total'

),

pairs as (

    select
        first_members.breakdown,
        first_members.member,
        first_members.label,
        first_members.sort_order,
        second_members.breakdown as second_breakdown,
        second_members.member as second_member,
        second_members.label as second_label,
        second_members.sort_order as second_sort_order,
        (first_members.breakdown = 'nationality' and first_members.member <> 'totaal')
        or (second_members.breakdown = 'nationality' and second_members.member <> 'totaal') as is_of_a_nationality
    from members_and_totals as first_members
    inner join members_and_totals as second_members
        on first_members.breakdown_sort_order < second_members.breakdown_sort_order

),

-- Closed lists are complete; of the many pairs with a nationality, those that occur at a reference date.
pairs_that_occur as (

    select distinct
        reference_date,
        breakdown,
        member,
        second_breakdown,
        second_member
    from counts_and_totals

),

cells as (

    select
        years.reference_date,
        years.year,
        pairs.breakdown,
        pairs.member,
        pairs.label,
        pairs.sort_order,
        pairs.second_breakdown,
        pairs.second_member,
        pairs.second_label,
        pairs.second_sort_order
    from years
    cross join pairs
    left join pairs_that_occur
        on
            years.reference_date = pairs_that_occur.reference_date
            and pairs.breakdown = pairs_that_occur.breakdown
            and pairs.member = pairs_that_occur.member
            and pairs.second_breakdown = pairs_that_occur.second_breakdown
            and pairs.second_member = pairs_that_occur.second_member
    where not pairs.is_of_a_nationality or pairs_that_occur.member is not null

),

figures as (

    select
        cells.*,
        {%- for measure in ['contracts', 'attests', 'invited', 'registered'] %}
        case
            when cells.second_breakdown <> 'not_registered_reason'
                then cast(coalesce(counts_and_totals.{{ measure }}, 0) as bigint)
        end as {{ measure }},
        {%- endfor %}
        cast(coalesce(counts_and_totals.not_registered, 0) as bigint) as not_registered
    from cells
    left join counts_and_totals
        on
            cells.reference_date = counts_and_totals.reference_date
            and cells.year = counts_and_totals.year
            and cells.breakdown = counts_and_totals.breakdown
            and cells.member = counts_and_totals.member
            and cells.second_breakdown = counts_and_totals.second_breakdown
            and cells.second_member = counts_and_totals.second_member

),

final as (

    select
        *,
        {{ reach('registered', 'invited') }} as reach
    from figures

)

select * from final
