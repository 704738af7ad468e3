{% macro fact_of_table(column) -%}
case
            when {{ column }} in ('uitnodigingen', 'invitations') then 'invitations'
            when {{ column }} in ('contracten', 'contracts') then 'contracts'
            when {{ column }} in ('attesten', 'attests') then 'attests'
        end
{%- endmacro %}
