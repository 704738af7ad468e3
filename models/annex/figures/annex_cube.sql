{{ config(materialized='incremental') }}

{%- set breakdowns = breakdowns() %}
{#- Without the longest list few combinations are left to be added up: half the time of a whole (docs/benchmark.md). #}
{%- set longest = var('breakdowns').items() | selectattr('1.most_contracts_first') | map('first') | first %}
{%- set others = breakdowns | reject('eq', longest) | list %}
{%- set with_longest, without_longest = [[longest]], [[]] %}
{%- for breakdown in others %}
{%- do with_longest.append([breakdown, longest]) %}
{%- do without_longest.append([breakdown]) %}
{%- for second_breakdown in others[loop.index:] %}
{%- do without_longest.append([breakdown, second_breakdown]) %}
{%- endfor %}
{%- endfor %}

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

others as (
    select
        measure, reference_date, year,
        {{ others | join(', ') }},
        sum(persons) as persons
    from combinations
    group by measure, reference_date, year, {{ others | join(', ') }}
),

-- Of two breakdowns, the one that stands first in the list is `breakdown`, the other `second_breakdown`.
counts as (
    {% for source, own, sets in (('combinations', breakdowns, with_longest), ('others', others, without_longest)) %}
    select
        measure, reference_date, year,
        {%- for position, order in (('', own), ('second_', own | reverse | list)) %}
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
    from {{ source }}
    group by
        grouping sets (
            {%- for set in sets %}
            ({{ (['measure', 'reference_date', 'year'] + set) | join(', ') }}){% if not loop.last %},{% endif %}
            {%- endfor %}
        )
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
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
