{% for fact in ['fct_contracts', 'fct_attests', 'fct_invitations'] %}
{% for dimension in breakdowns(of_every_measure=true) %}
select distinct
    '{{ fact }}' as fact,
    '{{ dimension }}' as dimension,
    facts.{{ dimension }} as member
from {{ ref(fact) }} as facts
left join {{ ref('dim_' ~ dimension) }} as members
    on facts.{{ dimension }} = members.{{ dimension }} and members.is_listed
where members.{{ dimension }} is null
union all
{% endfor %}
{% endfor %}
select
    'fct_invitations' as fact,
    'not_registered_reason' as dimension,
    facts.not_registered_reason as member
from {{ ref('fct_invitations') }} as facts
left join {{ ref('dim_not_registered_reason') }} as members
    on facts.not_registered_reason = members.not_registered_reason
where
    (facts.not_registered_reason is not null and members.not_registered_reason is null)
    or (facts.is_invited and not facts.is_registered and facts.not_registered_reason is null)
