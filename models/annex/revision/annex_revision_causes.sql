with revised_persons as (
    select
        reference_date,
        measure,
        cause,
        count(*) as persons
    from {{ ref('annex_revised_persons') }}
    group by reference_date, measure, cause
),

final as (
    select
        dates.reference_date,
        dates.previous_reference_date,
        causes.cause,
        causes.label,
        causes.sort_order,
        measures.measure,
        measures.title as measure_label,
        measures.sort_order as measure_sort_order,
        coalesce(revised_persons.persons, 0) as persons
    from {{ ref('annex_compared_dates') }} as dates
    cross join {{ ref('revision_causes') }} as causes
    inner join {{ ref('measures') }} as measures
        on measures.is_revised
    left join revised_persons
        on
            dates.reference_date = revised_persons.reference_date
            and causes.cause = revised_persons.cause
            and measures.measure = revised_persons.measure
)

select * from final
