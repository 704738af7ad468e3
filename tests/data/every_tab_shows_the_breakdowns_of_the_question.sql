{% set tabs = {
    'annex_tab_1': ['agency', 'province'],
    'annex_tab_1_not_registered': ['not_registered_reason'],
    'annex_tab_2ab': ['agency', 'province'],
    'annex_tab_2c': ['nationality_group'],
    'annex_tab_2d': ['nationality'],
    'annex_tab_2e': ['gender'],
    'annex_tab_2f': ['target_group'],
    'annex_tab_2g': ['residence_status'],
} %}
with expected as (
    {% for tab, breakdowns in tabs.items() %}
    {% for breakdown in breakdowns + ['total'] %}
    select
        '{{ tab }}' as tab,
        '{{ breakdown }}' as breakdown
    union all
    {% endfor %}
    {% endfor %}
    select
        null as tab,
        null as breakdown

),

found as (
    {% for tab in tabs %}
    select distinct
        '{{ tab }}' as tab,
        breakdown
    from {{ ref(tab) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    coalesce(expected.tab, found.tab) as tab,
    coalesce(expected.breakdown, found.breakdown) as breakdown
from expected
full outer join found
    on
        expected.tab = found.tab
        and expected.breakdown = found.breakdown
where
    (expected.tab is not null or found.tab is not null)
    and (expected.tab is null or found.tab is null)
