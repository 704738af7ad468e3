{#-
    How each engine finds the landing. DuckDB reads the files where a source is used. Spark has no such thing: at the start
    of a run every source becomes a view on its files, that takes agency, reference date and version from their folders.
-#}
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
    regexp_extract(_metadata.file_path, '/{{ folder }}=([^/]*)/', 1) as {{ folder }}
    {%- endfor %}
from parquet.`{{ files }}`
{%- endmacro %}

{#- A path as the server sees it, which does not know the folder that dbt runs in. -#}
{% macro on_server(path) -%}
    {{- path if path.startswith('/') or '://' in path else flags.PROJECT_DIR ~ '/' ~ path -}}
{%- endmacro %}

{#- The agencies that have a delivery in the landing. -#}
{% macro agencies_in_landing(landing) %}
    {{- return(adapter.dispatch('agencies_in_landing')(landing)) -}}
{% endmacro %}

{% macro duckdb__agencies_in_landing(landing) %}
    {%- set found = run_query(
        "select distinct regexp_extract(file, '/agency=([^/]*)/', 1) from glob('"
        ~ landing ~ "/agency=*/reference_date=*/version=*/delivery.parquet')"
    ) -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}

{% macro spark__agencies_in_landing(landing) %}
    {%- set found = run_query("select distinct agency from binaryFile.`" ~ on_server(landing) ~ "`") -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}
