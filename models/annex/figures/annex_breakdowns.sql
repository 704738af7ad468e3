with breakdowns as (
    {% for breakdown, facts in var('breakdowns').items() %}
    select
        '{{ breakdown }}' as breakdown,
        '{{ facts.label }}' as label,
        {{ loop.index }} as sort_order,
        {{ facts.only_with_reasons | default(false) }} as only_with_reasons,
        {{ facts.most_contracts_first | default(false) }} as most_contracts_first
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from breakdowns
