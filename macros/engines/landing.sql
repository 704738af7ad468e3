{% macro prepare_landing() %}
    {%- if execute and not is_looking_only() -%}
        {{- adapter.dispatch('prepare_landing')() -}}
    {%- endif -%}
{% endmacro %}

{% macro default__prepare_landing() %}{% endmacro %}

{% macro spark__prepare_landing() %}
    {%- set schemas = [] -%}
    {%- for source in graph.sources.values() -%}
        {%- set view = api.Relation.create(schema=source.schema, identifier=source.identifier) -%}
        {%- if source.schema not in schemas -%}
            {%- do adapter.create_schema(view) -%}
            {%- do schemas.append(source.schema) -%}
        {%- endif -%}
        {%- do run_query(landing_view_sql(view, source)) -%}
    {%- endfor -%}
{% endmacro %}

{% macro landing_view_sql(view, source) -%}
    {%- set files = on_server(source.config.meta.external_location.strip("'").replace('{name}', source.name)) -%}
create or replace view {{ view }} as
select
    *
    {%- for folder in ['agency', 'reference_date', 'version'] %},
    {{ folder_value('_metadata.file_path', folder) }} as {{ folder }}
    {%- endfor %}
from parquet.`{{ files }}`
{%- endmacro %}

{% macro folder_value(path, folder) -%}
    regexp_extract({{ path }}, '/{{ folder }}=([^/]*)/', 1)
{%- endmacro %}

{% macro on_server(path) -%}
    {{- path if path.startswith('/') or '://' in path else invocation_args_dict.project_dir ~ '/' ~ path -}}
{%- endmacro %}

{% macro agencies_in_landing(landing) %}
    {{- return(adapter.dispatch('agencies_in_landing')(landing)) -}}
{% endmacro %}

{% macro duckdb__agencies_in_landing(landing) %}
    {%- set registers = landing ~ '/agency=*/reference_date=*/version=*/delivery.parquet' -%}
    {%- set found = run_query("select distinct " ~ folder_value('file', 'agency') ~ " from glob('" ~ registers ~ "')") -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}

{% macro spark__agencies_in_landing(landing) %}
    {#- Files that are not there are an error on Spark, but a table over a folder without files is just empty. -#}
    {%- set registers = api.Relation.create(schema=target.schema, identifier='registers') -%}
    {%- do run_query("drop table if exists " ~ registers) -%}
    {%- do run_query(
        "create table " ~ registers ~ " (file_name string) using parquet "
        ~ "options (recursiveFileLookup 'true', pathGlobFilter 'delivery.parquet') location '" ~ on_server(landing) ~ "'"
    ) -%}
    {%- set agency = folder_value('_metadata.file_path', 'agency') -%}
    {%- set found = run_query("select distinct " ~ agency ~ " from " ~ registers) -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}
