{% macro is_possible(date) -%}
{{ date }} between cast('{{ var("first_possible_day") }}' as date) and {{ date.split('.')[0] }}.reference_date
{%- endmacro %}
