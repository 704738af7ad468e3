{% macro one_row_per_year(first_year, last_year) -%}
    {{- adapter.dispatch('one_row_per_year')(first_year, last_year) -}}
{%- endmacro %}

{% macro default__one_row_per_year(first_year, last_year) -%}
explode(sequence({{ first_year }}, {{ last_year }}))
{%- endmacro %}

{% macro duckdb__one_row_per_year(first_year, last_year) -%}
unnest(range({{ first_year }}, {{ last_year }} + 1))
{%- endmacro %}
