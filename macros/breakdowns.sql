{% macro breakdowns() %}
    {{- return(var('breakdowns') | reject('equalto', 'total') | list) -}}
{% endmacro %}
