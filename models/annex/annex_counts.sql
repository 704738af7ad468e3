{%- set breakdowns = var('breakdowns') %}
{%- set first_year = var('first_possible_day')[:4] | int %}

with counted_persons as (

    select * from {{ ref('annex_counted_persons') }}

),

members as (

    select * from {{ ref('annex_members') }}

),

residence_statuses as (

    select * from {{ ref('dim_residence_status') }}

),

measures as (

    select * from {{ ref('measures') }}

),

current_deliveries as (

    select * from {{ ref('int_current_deliveries') }}

),

-- A status outside the question's list is counted under the member that stands in for it.
reported as (

    select
        counted_persons.measure,
        counted_persons.reference_date,
        counted_persons.year,
        counted_persons.agency,
        counted_persons.province,
        counted_persons.nationality_group,
        counted_persons.nationality,
        counted_persons.gender,
        counted_persons.target_group,
        residence_statuses.reported_as as residence_status,
        counted_persons.not_registered_reason
    from counted_persons
    inner join residence_statuses
        on counted_persons.residence_status = residence_statuses.residence_status

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
        count(*) as persons
    from reported
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
