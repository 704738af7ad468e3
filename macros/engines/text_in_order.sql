{% macro text_in_order(column, between, order_by) -%}
    {{- adapter.dispatch('text_in_order')(column, between, order_by) -}}
{%- endmacro %}

{% macro default__text_in_order(column, between, order_by) -%}
listagg({{ column }}, '{{ between }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__text_in_order(column, between, order_by) -%}
string_agg({{ column }}, '{{ between }}' order by {{ order_by }})
{%- endmacro %}
