{% test grain(model, columns, may_be_empty=false) %}
{{ config(meta={'in_dutch': 'In elke tabel staat elke rij er één keer, met een volledige sleutel.'}) }}

with keys as (

    select
        {%- for column in columns %}
        {{ column }} as key_{{ loop.index }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ model }}

),

rows_per_key as (

    select
        *,
        count(*) as rows_found
    from keys
    group by all

)

select 'more than one row for a key' as problem
from rows_per_key
where rows_found > 1

union all

select 'a key that is null' as problem
from rows_per_key
where {% for column in columns %}key_{{ loop.index }} is null{% if not loop.last %} or {% endif %}{% endfor %}

{%- if not may_be_empty %}

union all

select 'no rows at all' as problem
where (select count(*) from rows_per_key) = 0
{%- endif %}

{% endtest %}
