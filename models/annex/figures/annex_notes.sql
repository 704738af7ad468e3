with december_cases as (
    select
        reference_date,
        extraction_year as year,
        'december_rule' as note,
        'invited' as measure,
        'totaal' as member,
        '{{ var("breakdowns").total.label }}' as label,
        count(*) as persons
    from {{ ref('fct_invitations') }}
    where is_december_case
    group by reference_date, extraction_year
),

statuses_outside_list as (
    select
        counted_persons.reference_date, counted_persons.year,
        'status_outside_list' as note,
        counted_persons.measure,
        statuses.residence_status as member,
        statuses.label,
        count(*) as persons
    from {{ ref('annex_counted_persons') }} as counted_persons
    inner join {{ ref('dim_residence_status') }} as statuses
        on counted_persons.own_residence_status = statuses.residence_status and not statuses.is_listed
    where counted_persons.measure in ('contracts', 'attests')
    group by
        counted_persons.reference_date, counted_persons.year, counted_persons.measure, statuses.residence_status, statuses.label
)

select * from december_cases
union all
select * from statuses_outside_list
