{% macro content_hash(columns) -%}
md5(
            {%- for column in columns %}
            coalesce(cast(length({{ column }}) as {{ dbt.type_string() }}) || ':' || {{ column }}, '-')
            {%- if not loop.last %} ||{% endif %}
            {%- endfor %}
        )
{%- endmacro %}
