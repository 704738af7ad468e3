with published_figures as (

    select * from {{ ref('published_figures') }}

),

counts as (

    select * from {{ ref('annex_counts') }}

),

measures as (

    select * from {{ ref('measures') }}

),

breakdowns as (

    select * from {{ ref('breakdowns') }}

),

-- As known at a reference date: the first figure published after it, else the last one published before it.
compared as (

    select
        counts.reference_date,
        counts.year,
        counts.measure,
        measures.sort_order as measure_sort_order,
        counts.breakdown,
        counts.member,
        measures.label || ' ' || cast(counts.year as {{ dbt.type_string() }}) || ', '
        || case when counts.breakdown = 'total' then '' else breakdowns.label || ': ' end || counts.label as label,
        counts.persons,
        published_figures.persons as persons_published,
        counts.persons - published_figures.persons as difference,
        published_figures.is_exact,
        published_figures.published_on,
        published_figures.source,
        row_number() over (
            partition by
                counts.reference_date, counts.year, counts.measure, counts.breakdown, counts.member
            order by
                case when published_figures.published_on > counts.reference_date then 0 else 1 end,
                case
                    when published_figures.published_on > counts.reference_date
                        then published_figures.published_on
                end,
                published_figures.published_on desc
        ) as place_in_time
    from published_figures
    inner join counts
        on
            published_figures.year = counts.year
            and published_figures.measure = counts.measure
            and published_figures.breakdown = counts.breakdown
            and published_figures.member = counts.member
    inner join measures
        on counts.measure = measures.measure
    inner join breakdowns
        on counts.breakdown = breakdowns.breakdown
    where counts.year < extract(year from counts.reference_date)

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
