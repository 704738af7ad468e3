with published as (
    select distinct
        year,
        measure,
        breakdown,
        member,
        of_agency
    from {{ ref('published_figures') }}
),

reference_dates as (
    select distinct reference_date
    from {{ ref('stg_landing__current_files') }}
),

compared as (
    select * from {{ ref('annex_checks_published') }}
)

select
    reference_dates.reference_date,
    published.year,
    published.measure,
    published.breakdown,
    published.member,
    published.of_agency
from reference_dates
inner join published
    on published.year < extract(year from reference_dates.reference_date)
left join compared
    on
        reference_dates.reference_date = compared.reference_date
        and published.year = compared.year
        and published.measure = compared.measure
        and published.breakdown = compared.breakdown
        and published.member = compared.member
        and published.of_agency is not distinct from compared.of_agency
where compared.persons is null
