{#- The share of the invited who registered, from 0 to 1; of nobody invited it is 0. -#}
{% macro reach(registered, invited) -%}
case when {{ invited }} = 0 then 0 else cast({{ registered }} as double) / {{ invited }} end
{%- endmacro %}
