with revised_persons as (
    select * from {{ ref('annex_revised_persons') }}
),

revision_causes as (
    select * from {{ ref('revision_causes') }}
),

counts as (
    select figures.*
    from {{ ref('annex_figures') }} as figures
    inner join {{ ref('measures') }} as measures
        on figures.measure = measures.measure
    where
        measures.is_revised
        and figures.breakdown = 'agency'
        and figures.member <> 'totaal'
        and figures.second_breakdown = 'total'
),

measures as (
    select * from {{ ref('measures') }}
),

pairs as (
    select * from {{ ref('annex_compared_dates') }}
),

-- A person who is counted elsewhere is one less in the old cell and one more in the new one.
changes as (
    select
        reference_date,
        measure,
        old_year as year,
        old_agency as agency,
        cause,
        -1 as difference
    from revised_persons
    where old_year is not null

    union all

    select
        reference_date,
        measure,
        new_year as year,
        new_agency as agency,
        cause,
        1 as difference
    from revised_persons
    where new_year is not null
),

per_cause as (
    select
        reference_date,
        measure,
        year,
        agency,
        cause,
        sum(difference) as difference,
        sum(case when difference > 0 then 1 else 0 end) as persons_in,
        sum(case when difference < 0 then 1 else 0 end) as persons_out
    from changes
    group by reference_date, measure, year, agency, cause
),

cells as (
    select
        now.reference_date,
        pairs.previous_reference_date,
        now.measure,
        now.year,
        now.member as agency,
        now.label as agency_label,
        now.place as agency_sort_order,
        before.persons as persons_before,
        now.persons as persons_now
    from counts as now
    inner join pairs
        on now.reference_date = pairs.reference_date
    inner join counts as before
        on
            pairs.previous_reference_date = before.reference_date
            and now.measure = before.measure
            and now.year = before.year
            and now.member = before.member
    where now.year < extract(year from pairs.previous_reference_date)
),

final as (
    select
        cells.reference_date,
        cells.previous_reference_date,
        cells.measure,
        measures.label as measure_label,
        measures.sort_order as measure_sort_order,
        cells.year,
        cells.agency,
        cells.agency_label,
        cells.agency_sort_order,
        cells.persons_before,
        cells.persons_now,
        cells.persons_now - cells.persons_before as difference,
        revision_causes.cause,
        revision_causes.label as cause_label,
        revision_causes.sort_order as cause_sort_order,
        cast(coalesce(per_cause.difference, 0) as bigint) as difference_by_cause,
        cast(coalesce(per_cause.persons_in, 0) as bigint) as persons_in,
        cast(coalesce(per_cause.persons_out, 0) as bigint) as persons_out
    from cells
    cross join revision_causes
    inner join measures
        on cells.measure = measures.measure
    left join per_cause
        on
            cells.reference_date = per_cause.reference_date
            and cells.measure = per_cause.measure
            and cells.year = per_cause.year
            and cells.agency = per_cause.agency
            and revision_causes.cause = per_cause.cause
)

select * from final
