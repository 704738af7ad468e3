with agencies as (
    {% for agency, facts in var('agencies').items() %}
    select
        '{{ agency }}' as agency,
        '{{ facts.label }}' as label,
        '{{ facts.short_label }}' as short_label,
        {{ loop.index }} as sort_order,
        true as is_listed,
        '{{ facts.kbo_number }}' as kbo_number,
        '{{ facts.dialect }}' as dialect,
        {%- for day in ['deliver_from', 'deliver_until'] %}
        cast({{ "'" ~ facts[day] ~ "'" if facts[day] else 'null' }} as date) as {{ day }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    agency, label, short_label, sort_order, is_listed,
    nullif(kbo_number, '') as kbo_number,
    dialect, deliver_from, deliver_until
from agencies
