{#- In a unit test there is no table to keep dates in. -#}
{% macro is_to_build(reference_date='reference_date') -%}
{% if model is defined and model.resource_type == 'model' and is_incremental() %}{{ reference_date }} >= date '{{ first_date_to_build() }}'{% else %}true{% endif %}
{%- endmacro %}

{#- In place of dbt's own: a model is built whole, but for the build that starts from the last green one. -#}
{% macro should_full_refresh() %}
    {{- return(config.get('full_refresh') or first_date_to_build() is none) -}}
{% endmacro %}

{% macro forget_dates_to_build() %}
    {%- set first_date = first_date_to_build() -%}
    {%- if first_date is not none -%}
        {%- for model in graph.nodes.values() if model.config.materialized == 'incremental' -%}
            {%- do run_query("delete from " ~ model.relation_name ~ " where reference_date >= date '" ~ first_date ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
