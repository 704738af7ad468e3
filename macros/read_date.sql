{#- Both forms go through regexp_extract, which DuckDB works out once for every different value of a column, not for every row. -#}
{% macro read_date(column, form) -%}
{%- if form == 'dd/mm/yyyy' -%}
{%- set day_first = "regexp_extract(" ~ column ~ ", '^[0-9]{2}/[0-9]{2}/[0-9]{4}$', 0)" -%}
try_cast(
            substring({{ day_first }}, 7, 4) || '-' || substring({{ day_first }}, 4, 2) || '-' || substring({{ day_first }}, 1, 2)
            as date
        )
{%- elif form == 'yyyy-mm-dd' -%}
try_cast(regexp_extract({{ column }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 0) as date)
{%- else -%}
{{ exceptions.raise_compiler_error("read_date knows the forms dd/mm/yyyy and yyyy-mm-dd, not " ~ form) }}
{%- endif -%}
{%- endmacro %}
