{#- The texts of the conditions that hold; a list without any where none does. -#}
{% macro list_of_texts(conditions) -%}
    {{- adapter.dispatch('list_of_texts')(conditions) -}}
{%- endmacro %}

{% macro default__list_of_texts(conditions) -%}
array_compact(array(
            {%- for text, condition in conditions.items() %}
            case when {{ condition }} then '{{ text }}' end{% if not loop.last %},{% endif %}
            {%- endfor %}
        ))
{%- endmacro %}

{% macro duckdb__list_of_texts(conditions) -%}
list_filter([
            {%- for text, condition in conditions.items() %}
            case when {{ condition }} then '{{ text }}' end{% if not loop.last %},{% endif %}
            {%- endfor %}
        ], lambda text: text is not null)
{%- endmacro %}

{% macro one_row_per_text(list) -%}
    {{- adapter.dispatch('one_row_per_text')(list) -}}
{%- endmacro %}

{% macro default__one_row_per_text(list) -%}
explode({{ list }})
{%- endmacro %}

{% macro duckdb__one_row_per_text(list) -%}
unnest({{ list }})
{%- endmacro %}
