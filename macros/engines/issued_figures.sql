{% macro issued_figures() -%}
    {{- adapter.dispatch('issued_figures')() -}}
{%- endmacro %}

{#- Where the folder of issued annexes is on another machine, nothing is read; verify_issued.py compares. -#}
{% macro default__issued_figures() -%}
(
    select
        {%- for column in issued_columns() %}
        cast(null as {{ dbt.type_string() }}) as {{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    where false
)
{%- endmacro %}

{#- A replaced edition stays in its folder, and is not read. -#}
{% macro duckdb__issued_figures() -%}
    {%- set files = (env_var('INBURGERING_ISSUED', '') or 'issued') ~ '/*/*/*/tab_*.csv' if execute -%}
    {%- if not files or run_query("select count(*) from glob('" ~ files ~ "')").rows[0][0] == 0 -%}
        {{- default__issued_figures() -}}
    {%- else -%}
(
    with figures as (
        select
            string_split(replace(filename, '\', '/'), '/') as folders,
            folders[-4] as question,
            folders[-3] as issued_on,
            *
        from read_csv('{{ files }}', all_varchar = true, union_by_name = true, filename = true)
        union all by name
        from {{ default__issued_figures() }}
    )

    select {{ issued_columns() | join(', ') }}
    from figures
    qualify issued_on = max(issued_on) over (partition by question)
)
    {%- endif -%}
{%- endmacro %}

{% macro issued_columns() -%}
    {{- return([
        'question', 'issued_on', 'reference_date', 'year', 'measure', 'breakdown', 'member', 'second_breakdown', 'second_member',
        'persons', 'share', 'months',
    ]) -}}
{%- endmacro %}
