{%- set counted = [
    ('contracts', 'fct_contracts', 'is_counted_type and is_first_contract'),
    ('attests', 'fct_attests', 'is_counted_type and is_first_attest'),
    ('invited', 'fct_invitations', 'is_invited'),
    ('registered', 'fct_invitations', 'is_invited and is_registered'),
    ('not_registered', 'fct_invitations', 'is_invited and not is_registered'),
] %}

with facts as (
    {% for measure, fact, condition in counted %}
    select
        '{{ measure }}' as measure,
        reference_date,
        year,
        count(distinct person_key) as persons
    from {{ ref(fact) }}
    where {{ condition }}
    group by reference_date, year
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

annex as (
    select
        measure,
        reference_date,
        year,
        persons
    from {{ ref('annex_figures') }}
    where breakdown = 'total' and second_breakdown = 'total' and persons > 0
)

select
    coalesce(facts.measure, annex.measure) as measure,
    coalesce(facts.reference_date, annex.reference_date) as reference_date,
    coalesce(facts.year, annex.year) as year,
    facts.persons as persons_in_facts,
    annex.persons as persons_in_annex
from facts
full outer join annex
    on
        facts.measure = annex.measure
        and facts.reference_date = annex.reference_date
        and facts.year = annex.year
where facts.persons is distinct from annex.persons
