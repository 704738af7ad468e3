{{ config(materialized='incremental') }}

{%- set breakdowns = breakdowns() %}

-- Counted once; the sets below add these up.
with combinations as (
    select
        measure, reference_date, year,
        {{ breakdowns | join(', ') }},
        count(*) as persons
    from {{ ref('annex_counted_persons') }}
    where {{ is_to_build() }}
    group by measure, reference_date, year, {{ breakdowns | join(', ') }}
),

-- Of two breakdowns, the one that stands first in the list is `breakdown`, the other `second_breakdown`.
counts as (
    select
        measure, reference_date, year,
        {%- for position, order in (('', breakdowns), ('second_', breakdowns | reverse | list)) %}
        case
            {%- for breakdown in order %}
            when grouping({{ breakdown }}) = 0 then '{{ breakdown }}'
            {%- endfor %}
        end as {{ position }}breakdown,
        case
            {%- for breakdown in order %}
            when grouping({{ breakdown }}) = 0 then {{ breakdown }}
            {%- endfor %}
        end as {{ position }}member,
        {%- endfor %}
        cast(sum(persons) as bigint) as persons
    from combinations
    group by grouping sets (
        {%- for breakdown in breakdowns %}
        {%- for second_breakdown in breakdowns[loop.index:] %}
        (measure, reference_date, year, {{ breakdown }}, {{ second_breakdown }}),
        {%- endfor %}
        (measure, reference_date, year, {{ breakdown }}),
        {%- endfor %}
        (measure, reference_date, year)
    )
)

select
    measure, reference_date, year,
    coalesce(breakdown, 'total') as breakdown,
    coalesce(member, 'totaal') as member,
    case when second_breakdown = breakdown then 'total' else coalesce(second_breakdown, 'total') end as second_breakdown,
    case when second_breakdown = breakdown then 'totaal' else coalesce(second_member, 'totaal') end as second_member,
    persons
from counts
-- Only one measure has reasons.
where (breakdown is null or member is not null) and (second_breakdown is null or second_member is not null)
