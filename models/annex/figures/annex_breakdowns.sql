with breakdowns as (
    {% for breakdown, facts in var('breakdowns').items() %}
    select
        '{{ breakdown }}' as breakdown,
        '{{ facts.label }}' as label,
        {{ loop.index }} as sort_order,
        {{ facts.only_with_reasons | default(false) }} as only_with_reasons,
        cast({{ "'" ~ facts.event_types | join(' ') ~ "'" if facts.event_types else 'null' }} as {{ dbt.type_string() }})
            as event_types,
        cast({{ "'" ~ facts.other_event_type ~ "'" if facts.other_event_type else 'null' }} as {{ dbt.type_string() }})
            as other_event_type,
        cast({{ "'" ~ facts.attribute ~ "'" if facts.attribute else 'null' }} as {{ dbt.type_string() }}) as attribute,
        {{ facts.most_contracts_first | default(false) }} as most_contracts_first,
        {{ facts.only_counted | default(false) }} as only_counted
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from breakdowns
