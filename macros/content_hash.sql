{#- One text that is equal for two rows exactly when all the given columns are. -#}
{% macro content_hash(columns) -%}
md5(
            {%- for column in columns %}
            coalesce({{ column }}, '') || '|'{% if not loop.last %} ||{% endif %}
            {%- endfor %}
        )
{%- endmacro %}
