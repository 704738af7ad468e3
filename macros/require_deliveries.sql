{% macro require_deliveries() %}
{%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set landing = env_var('INBURGERING_LANDING', 'landing') -%}
    {%- for agency in ['agii', 'atlas', 'amal'] -%}
        {%- set files = run_query(
            "select count(*) from glob('" ~ landing ~ "/agency=" ~ agency ~ "/reference_date=*/version=*/delivery.parquet')"
        ).rows[0][0] -%}
        {%- if files == 0 -%}
            {{ exceptions.raise_compiler_error(
                landing ~ ": no delivery of " ~ agency ~ "; load one first with python scripts/load_extracts.py"
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endif -%}
{% endmacro %}
