with issued as (
    select * from {{ issued_figures() }}
),

-- A figure stands in several tables of an annex.
figures_issued as (
    select distinct
        question,
        cast(issued_on as date) as issued_on,
        cast(reference_date as date) as reference_date,
        cast(year as integer) as year,
        measure, breakdown, member,
        coalesce(second_breakdown, 'total') as second_breakdown,
        coalesce(second_member, 'totaal') as second_member,
        coalesce(cast(persons as double), cast(share as double), cast(months as double)) as figure_issued
    from issued
),

figures_now as (
    select
        reference_date, year, measure, breakdown, member, second_breakdown, second_member,
        coalesce(cast(persons as double), share, cast(median_months as double)) as figure_now
    from {{ ref('annex_figures') }}
)

select
    figures_issued.question, figures_issued.issued_on, reference_date, year, measure, breakdown, member, second_breakdown,
    second_member, figures_issued.figure_issued, figures_now.figure_now
from figures_issued
left join figures_now using (reference_date, year, measure, breakdown, member, second_breakdown, second_member)
where figures_issued.figure_issued is distinct from figures_now.figure_now
