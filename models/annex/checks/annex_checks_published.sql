-- As known at a reference date: the first figure published after it, else the last one published before it.
with compared as (
    select
        figures.reference_date, year, measure,
        measures.sort_order as measure_sort_order,
        breakdown, member,
        measures.label || ' ' || cast(year as {{ dbt.type_string() }}) || ', '
        || case when breakdown = 'total' then '' else breakdowns.label || ': ' end || figures.label as label,
        figures.persons,
        published.persons as persons_published,
        figures.persons - published.persons as difference,
        published.is_exact, published.published_on, published.source,
        row_number() over (
            partition by figures.reference_date, year, measure, breakdown, member
            order by
                published.published_on > figures.reference_date desc,
                case when published.published_on > figures.reference_date then published.published_on end,
                published.published_on desc
        ) as place_in_time
    from {{ ref('published_figures') }} as published
    inner join {{ ref('annex_figures') }} as figures using (year, measure, breakdown, member)
    inner join {{ ref('measures') }} as measures using (measure)
    inner join {{ ref('annex_breakdowns') }} as breakdowns using (breakdown)
    where figures.second_breakdown = 'total' and year < extract(year from figures.reference_date)
)

select
    reference_date, year, measure, measure_sort_order, breakdown, member, label, persons, persons_published,
    difference, is_exact, published_on, source
from compared
where place_in_time = 1
