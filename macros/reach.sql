{% macro reach(registered, invited) -%}
case when {{ invited }} = 0 then 0 else cast({{ registered }} as double) / {{ invited }} end
{%- endmacro %}
