{% macro breakdowns(of_every_measure=false) %}
    {%- set found = [] -%}
    {%- for breakdown, facts in var('breakdowns').items() -%}
        {%- if breakdown != 'total' and not (of_every_measure and facts.only_with_reasons) -%}
            {%- do found.append(breakdown) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
