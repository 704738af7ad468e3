{% for fact in ['fct_invitations', 'fct_contracts', 'fct_attests'] %}
select
    '{{ fact }}' as fact,
    reference_date,
    agency,
    event_number,
    count(*) as times
from {{ ref(fact) }}
where event_number is not null
group by reference_date, agency, event_number
having count(*) > 1
{% if not loop.last %}union all{% endif %}
{% endfor %}
