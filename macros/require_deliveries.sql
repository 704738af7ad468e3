{% macro require_deliveries() %}
{%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set landing = env_var('INBURGERING_LANDING', '') or 'landing' -%}
    {%- set delivered = agencies_in_landing(landing) -%}
    {%- for agency in var('agencies') -%}
        {%- if agency not in delivered -%}
            {{ exceptions.raise_compiler_error(
                landing ~ ": no delivery of " ~ agency ~ "; load one first with python scripts/load_extracts.py"
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endif -%}
{% endmacro %}
