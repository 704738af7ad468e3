{% macro agencies_with_dialect(dialect) %}
    {%- set found = [] -%}
    {%- for agency, facts in var('agencies').items() if facts.dialect == dialect -%}
        {%- do found.append(agency) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
