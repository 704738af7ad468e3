{%- set breakdowns = var('breakdowns') %}
{%- set first_year = var('first_possible_day')[:4] | int %}

with combinations as (

    select * from {{ ref('annex_combinations') }}

),

members as (

    select * from {{ ref('annex_members') }}

),

measures as (

    select * from {{ ref('measures') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

counts as (

    select
        measure,
        reference_date,
        year,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
            else 'total'
        end as breakdown,
        case
            {%- for breakdown in breakdowns %}
            when grouping({{ breakdown }}) = 0 then {{ breakdown }}
            {%- endfor %}
            else 'totaal'
        end as member,
        sum(persons) as persons
    from combinations
    group by grouping sets (
        (measure, reference_date, year),
        {%- for breakdown in breakdowns %}
        (measure, reference_date, year, {{ breakdown }}){% if not loop.last %},{% endif %}
        {%- endfor %}
    )

),

years as (

    {%- for year in range(first_year, first_year + 100) %}
    select {{ year }} as year{% if not loop.last %}
    union all{% endif %}
    {%- endfor %}

),

reference_dates as (

    select distinct reference_date
    from current_deliveries

),

cells as (

    select
        measures.measure,
        reference_dates.reference_date,
        years.year,
        members.breakdown,
        members.member,
        members.label,
        members.sort_order
    from reference_dates
    inner join years
        on years.year <= extract(year from reference_dates.reference_date)
    cross join measures
    inner join members
        on members.breakdown <> 'not_registered_reason' or measures.has_reasons

),

filled as (

    select
        cells.reference_date,
        cells.year,
        cells.breakdown,
        cells.member,
        cells.label,
        cells.sort_order,
        cells.measure,
        cast(coalesce(counts.persons, 0) as bigint) as persons
    from cells
    left join counts
        on
            cells.measure = counts.measure
            and cells.reference_date = counts.reference_date
            and cells.year = counts.year
            and cells.breakdown = counts.breakdown
            and cells.member = counts.member

)

select * from filled
