{#- The dimensions by which every counted person can be broken down; each has a model dim_<name> and a column <name>. -#}
{% macro annex_breakdowns() %}
{{ return([
    'agency', 'province', 'nationality_group', 'nationality', 'gender', 'target_group', 'residence_status',
    'not_registered_reason',
]) }}
{% endmacro %}
