{#-
    One text that is equal for two rows exactly when all the given columns are: each value with its length before it,
    and a dash for no value, so that nothing can slide from one column into the next.
-#}
{% macro content_hash(columns) -%}
md5(
            {%- for column in columns %}
            coalesce(cast(length({{ column }}) as {{ dbt.type_string() }}) || ':' || {{ column }}, '-')
            {%- if not loop.last %} ||{% endif %}
            {%- endfor %}
        )
{%- endmacro %}
