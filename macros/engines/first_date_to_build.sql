{% macro first_date_to_build() %}
    {%- if execute and flags.WHICH == 'build' -%}
        {{- return(adapter.dispatch('first_date_to_build')()) -}}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}

{% macro default__first_date_to_build() %}
    {{- return(none) -}}
{% endmacro %}

{% macro duckdb__first_date_to_build() %}
    {{- return(run_query("select first_date from " ~ target.schema ~ ".dates_to_build").rows[0][0]) -}}
{% endmacro %}
