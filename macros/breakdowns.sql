{#- The breakdowns but the total; with of_every_measure only those that every measure has: the members of the counted row. -#}
{% macro breakdowns(of_every_measure=false) %}
    {%- set found = [] -%}
    {%- for breakdown, facts in var('breakdowns').items() -%}
        {%- if breakdown != 'total' and not (of_every_measure and (facts.only_with_reasons or facts.event_types)) -%}
            {%- do found.append(breakdown) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
