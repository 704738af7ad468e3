-- Persons may live in the working area of one agency and stand at another.
{% for event_type, step in [('invitations', 'invitation'), ('contracts', 'contract'), ('attests', 'attest')] %}
select
    '{{ event_type }}' as event_type,
    reference_date,
    {{ step }}_year as year,
    {{ step }}_working_area as working_area,
    {{ step }}_agency as agency,
    {{ step }}_province as province,
    count(*) as persons
from {{ ref('fct_trajectories') }}
where {{ step }}_date is not null
group by reference_date, {{ step }}_year, {{ step }}_working_area, {{ step }}_agency, {{ step }}_province
{% if not loop.last %}union all{% endif %}
{%- endfor %}
