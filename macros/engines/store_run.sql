{% macro store_run(run) %}
    {{- adapter.dispatch('store_run')(run) -}}
{% endmacro %}

{% macro duckdb__store_run(run) %}
    {%- do adapter.store_relation('publisher', none, [], '', 'duckdb', run) -%}
{% endmacro %}

{% macro spark__store_run(run) %}
    {%- set columns = [] -%}
    {%- for name, value in run.items() -%}
        {%- do columns.append("'" ~ dbt.escape_single_quotes(value) ~ "' as " ~ name) -%}
    {%- endfor -%}
    {%- do run_query("create or replace view " ~ target.schema ~ ".last_run as select " ~ columns | join(', ')) -%}
{% endmacro %}

{% macro say_there_is_no_room() %}
    {{- adapter.dispatch('say_there_is_no_room')() -}}
{% endmacro %}

{% macro default__say_there_is_no_room() %}{% endmacro %}

{% macro duckdb__say_there_is_no_room() %}
    {%- do print(
        (env_var('INBURGERING_WAREHOUSE', '') or 'warehouse.duckdb') ~ ": cannot be written (No space left on device); "
        ~ "the last green build stays; make room or name another file in INBURGERING_WAREHOUSE, and run dbt build again"
    ) -%}
{% endmacro %}
