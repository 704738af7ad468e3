{#- Added up over provinces it gives the figures by working area and agency, which come another way. -#}
{{ config(group='annex') }}

with of_the_bridge as (
    select
        case event_type when 'invitations' then 'invited' else event_type end as measure,
        reference_date, year, working_area, agency, sum(persons) as persons
    from {{ ref('bridge_working_area') }}
    group by event_type, reference_date, year, working_area, agency
),

of_the_annex as (
    select measure, reference_date, year, member as working_area, second_member as agency, persons
    from {{ ref('annex_figures') }}
    where
        measure in ('invited', 'contracts', 'attests')
        and breakdown = 'working_area' and member <> 'totaal'
        and second_breakdown = 'agency' and second_member <> 'totaal'
        and persons > 0
)

select
    measure, reference_date, year, working_area, agency,
    of_the_bridge.persons,
    of_the_annex.persons as persons_in_the_annex
from of_the_bridge
full outer join of_the_annex using (measure, reference_date, year, working_area, agency)
where of_the_bridge.persons is distinct from of_the_annex.persons
