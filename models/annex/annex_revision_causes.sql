with revised_persons as (

    select * from {{ ref('annex_revised_persons') }}

),

revision_causes as (

    select * from {{ ref('revision_causes') }}

),

revised_reference_dates as (

    select distinct
        reference_date,
        previous_reference_date
    from {{ ref('annex_revision') }}

),

final as (

    select
        revised_reference_dates.reference_date,
        revised_reference_dates.previous_reference_date,
        revision_causes.cause,
        revision_causes.label,
        revision_causes.sort_order,
        sum(case when revised_persons.measure = 'contracts' then 1 else 0 end) as contracts,
        sum(case when revised_persons.measure = 'attests' then 1 else 0 end) as attests,
        sum(case when revised_persons.measure = 'invited' then 1 else 0 end) as invited,
        sum(case when revised_persons.measure = 'registered' then 1 else 0 end) as registered
    from revised_reference_dates
    cross join revision_causes
    left join revised_persons
        on
            revised_reference_dates.reference_date = revised_persons.reference_date
            and revision_causes.cause = revised_persons.cause
    group by
        revised_reference_dates.reference_date,
        revised_reference_dates.previous_reference_date,
        revision_causes.cause,
        revision_causes.label,
        revision_causes.sort_order

)

select
    reference_date,
    previous_reference_date,
    cause,
    label,
    sort_order,
    cast(contracts as bigint) as contracts,
    cast(attests as bigint) as attests,
    cast(invited as bigint) as invited,
    cast(registered as bigint) as registered
from final
