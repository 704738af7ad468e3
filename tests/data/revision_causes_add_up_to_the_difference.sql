with explained as (

    select
        reference_date,
        measure,
        year,
        agency,
        difference,
        sum(difference_by_cause) as difference_by_causes
    from {{ ref('annex_revision') }}
    group by reference_date, measure, year, agency, difference

)

select *
from explained
where coalesce(difference <> difference_by_causes, true)
