{% macro require_ansi_mode() %}
    {%- if execute and not is_looking_only() -%}
        {{- adapter.dispatch('require_ansi_mode')() -}}
    {%- endif -%}
{% endmacro %}

{% macro default__require_ansi_mode() %}{% endmacro %}

{% macro spark__require_ansi_mode() %}
    {%- for setting in ['spark.sql.ansi.enabled', 'spark.sql.ansi.doubleQuotedIdentifiers'] -%}
        {%- set value = run_query('set ' ~ setting).rows[0][1] -%}
        {%- if value != 'true' -%}
            {{ exceptions.raise_compiler_error(
                target.host ~ ':' ~ target.port ~ ": " ~ setting ~ " is " ~ value ~ "; set it to true on the Thrift server"
            ) }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
