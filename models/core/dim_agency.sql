with agencies as (
    {% for agency, facts in var('agencies').items() %}
    select
        '{{ agency }}' as agency,
        '{{ facts.label }}' as label,
        '{{ facts.short_label }}' as short_label,
        {{ loop.index }} as sort_order,
        true as is_listed,
        '{{ facts.kbo_number }}' as kbo_number,
        '{{ facts.dialect }}' as dialect
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    agency, label, short_label, sort_order, is_listed,
    nullif(kbo_number, '') as kbo_number,
    dialect
from agencies
