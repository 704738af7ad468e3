with counted_persons as (
    select * from {{ ref('annex_counted_persons') }}
),

invitations as (
    select * from {{ ref('fct_invitations') }}
    where is_december_case
),

residence_statuses as (
    select * from {{ ref('dim_residence_status') }}
    where not is_listed
),

december_cases as (
    select
        reference_date,
        extraction_year as year,
        'december_rule' as note,
        'invited' as measure,
        'totaal' as member,
        'Totaal' as label,
        count(*) as persons
    from invitations
    group by reference_date, extraction_year
),

statuses_outside_list as (
    select
        counted_persons.reference_date,
        counted_persons.year,
        'status_outside_list' as note,
        counted_persons.measure,
        residence_statuses.residence_status as member,
        residence_statuses.label,
        count(*) as persons
    from counted_persons
    inner join residence_statuses
        on counted_persons.own_residence_status = residence_statuses.residence_status
    where counted_persons.measure in ('contracts', 'attests')
    group by
        counted_persons.reference_date,
        counted_persons.year,
        counted_persons.measure,
        residence_statuses.residence_status,
        residence_statuses.label
),

notes as (
    select * from december_cases
    union all
    select * from statuses_outside_list
)

select * from notes
