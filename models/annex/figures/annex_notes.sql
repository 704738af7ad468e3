with december_cases as (
    select
        reference_date,
        extraction_year as year,
        'december_rule' as note,
        'invited' as measure,
        'totaal' as member,
        '{{ var("breakdowns").total.label }}' as label,
        count(*) as persons,
        cast(null as double) as share
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
        count(*) as persons,
        cast(null as double) as share
    from {{ ref('annex_counted_persons') }} as counted_persons
    inner join {{ ref('dim_residence_status') }} as statuses
        on counted_persons.own_residence_status = statuses.residence_status and not statuses.is_listed
    where counted_persons.measure in ('contracts', 'attests')
    group by
        counted_persons.reference_date, counted_persons.year, counted_persons.measure, statuses.residence_status, statuses.label
),

-- Other readings of the question, beside what its tables count.
{%- set total = "'totaal' as member, '" ~ var("breakdowns").total.label ~ "' as label" %}
{%- set readings = [
    ('letters_persons', 'invited', 'fct_invitations', 'true', 'count(distinct person_key)', 'null'),
    ('reach_of_term_over', 'reach', 'fct_invitations', 'is_invited', 'null', "cast(sum(case when is_registered then 1 else 0 end) as "
        ~ "double) / nullif(count(case when coalesce(not_registered_reason, '') <> 'TERMIJN_LOOPT_NOG' then 1 end), 0)"),
    ('contracts_signed', 'contracts', 'fct_contracts', 'is_counted_type', 'count(*)', 'null'),
    ('contract_signers', 'contracts', 'fct_contracts', 'is_counted_type', 'count(distinct person_key)', 'null'),
    ('attests_obtained', 'attests', 'fct_attests', 'is_counted_type', 'count(*)', 'null'),
] %}
side_figures as (
    {% for note, measure, fact, condition, persons, share in readings %}
    select
        reference_date, year,
        '{{ note }}' as note,
        '{{ measure }}' as measure,
        {{ total }},
        cast({{ persons }} as bigint) as persons,
        cast({{ share }} as double) as share
    from {{ ref(fact) }}
    where year is not null and {{ condition }}
    group by reference_date, year
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from december_cases
union all
select * from side_figures
union all
select * from statuses_outside_list
