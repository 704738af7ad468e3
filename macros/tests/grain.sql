{#- One row per combination of the columns, none of them null; an empty table fails unless it may be empty. -#}
{% test grain(model, columns, may_be_empty=false) %}

with rows_per_key as (

    select
        {{ columns | join(', ') }},
        count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}

)

select 'more than one row for a key' as problem
from rows_per_key
where rows_found > 1

union all

select 'a key that is null' as problem
from rows_per_key
where {% for column in columns %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}

{%- if not may_be_empty %}

union all

select 'no rows at all' as problem
from (select count(*) as rows_found from {{ model }}) as counted
where rows_found = 0
{%- endif %}

{% endtest %}
