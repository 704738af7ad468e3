{{ config(materialized='incremental') }}

-- Deliveries begin with the first year in which anybody is counted: of an agency, or of all.
with counted_since as (
    select
        reference_date, measure, breakdown, member,
        min(year) as first_year
    from {{ ref('annex_cube') }}
    where breakdown in ('total', 'agency') and second_breakdown = 'total'
    group by reference_date, measure, breakdown, member
),

-- As known at a reference date: the first figure published after it, else the last one published before it.
compared as (
    select
        figures.reference_date, year, measure,
        measures.sort_order as measure_sort_order,
        breakdown, member, published.of_agency,
        measures.label || ' ' || cast(year as {{ dbt.type_string() }}) || ', '
        || case when breakdown = 'total' then '' else breakdowns.label || ': ' end || figures.label
        || case when published.of_agency is null then '' else ' (' || figures.second_label || ')' end as label,
        figures.persons,
        published.persons as persons_published,
        figures.persons - published.persons as difference,
        published.is_exact, published.published_on, published.source,
        row_number() over (
            partition by figures.reference_date, year, measure, breakdown, member, published.of_agency
            order by
                published.published_on > figures.reference_date desc,
                case when published.published_on > figures.reference_date then published.published_on end,
                published.published_on desc
        ) as place_in_time
    from {{ ref('published_figures') }} as published
    inner join {{ ref('annex_figures') }} as figures using (year, measure, breakdown, member)
    inner join {{ ref('measures') }} as measures using (measure)
    inner join {{ ref('annex_breakdowns') }} as breakdowns using (breakdown)
    where
        {{ is_to_build('figures.reference_date') }}
        and year < extract(year from figures.reference_date)
        -- Without this line every pair of members is counted first.
        and figures.second_breakdown in ('total', 'agency')
        and figures.second_breakdown = case when published.of_agency is null then 'total' else 'agency' end
        and figures.second_member = coalesce(published.of_agency, 'totaal')
)

select
    compared.reference_date, compared.year, compared.measure, compared.measure_sort_order, compared.breakdown,
    compared.member, compared.of_agency, compared.label, compared.persons, compared.persons_published,
    compared.difference, compared.is_exact, compared.published_on, compared.source,
    coalesce(compared.year >= counted_since.first_year, false) as is_comparable
from compared
left join counted_since
    on
        compared.reference_date = counted_since.reference_date
        and compared.measure = counted_since.measure
        and counted_since.member
        = coalesce(compared.of_agency, case when compared.breakdown = 'agency' then compared.member end, 'totaal')
where compared.place_in_time = 1
