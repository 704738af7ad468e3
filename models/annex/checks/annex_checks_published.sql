with figures as (
    select * from {{ ref('annex_figures') }}
    where second_breakdown = 'total'
),

published_figures as (
    select * from {{ ref('published_figures') }}
),

-- As known at a reference date: the first figure published after it, else the last one published before it.
compared as (
    select
        figures.reference_date,
        figures.year,
        figures.measure,
        measures.sort_order as measure_sort_order,
        figures.breakdown,
        figures.member,
        measures.label || ' ' || cast(figures.year as {{ dbt.type_string() }}) || ', '
        || case when figures.breakdown = 'total' then '' else breakdowns.label || ': ' end || figures.label as label,
        figures.persons,
        published_figures.persons as persons_published,
        figures.persons - published_figures.persons as difference,
        published_figures.is_exact,
        published_figures.published_on,
        published_figures.source,
        row_number() over (
            partition by figures.reference_date, figures.year, figures.measure, figures.breakdown, figures.member
            order by
                case when published_figures.published_on > figures.reference_date then 0 else 1 end,
                case
                    when published_figures.published_on > figures.reference_date
                        then published_figures.published_on
                end,
                published_figures.published_on desc
        ) as place_in_time
    from published_figures
    inner join figures
        on
            published_figures.year = figures.year
            and published_figures.measure = figures.measure
            and published_figures.breakdown = figures.breakdown
            and published_figures.member = figures.member
    inner join {{ ref('measures') }} as measures
        on figures.measure = measures.measure
    inner join {{ ref('annex_breakdowns') }} as breakdowns
        on figures.breakdown = breakdowns.breakdown
    where figures.year < extract(year from figures.reference_date)
),

as_known as (
    select
        reference_date,
        year,
        measure,
        measure_sort_order,
        breakdown,
        member,
        label,
        persons,
        persons_published,
        difference,
        is_exact,
        published_on,
        source
    from compared
    where place_in_time = 1
)

select * from as_known
