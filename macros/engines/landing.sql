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

{% macro files_in_landing(landing) %}
    {{- return(adapter.dispatch('files_in_landing')(landing)) -}}
{% endmacro %}

{% macro duckdb__files_in_landing(landing) %}
    {{- return(run_query("select filename, size from read_blob('" ~ landing_pattern(landing, '*.parquet') ~ "')").rows) -}}
{% endmacro %}

{% macro spark__files_in_landing(landing) %}
    {%- set files = files_on_server(landing, '*.parquet') -%}
    {%- set found = run_query("select _metadata.file_path, _metadata.file_size from " ~ files).rows -%}
    {%- set of_versions = [] -%}
    {%- for path, size in found if modules.re.search('/agency=[^/]*/reference_date=[^/]*/version=[^/]*/', path) -%}
        {%- do of_versions.append((path, size)) -%}
    {%- endfor -%}
    {{- return(of_versions) -}}
{% endmacro %}

{% macro files_cut_short(landing, name) %}
    {{- return(adapter.dispatch('files_cut_short')(landing, name)) -}}
{% endmacro %}

{% macro duckdb__files_cut_short(landing, name) %}
    {%- set found = run_query(
        "select filename from read_blob('" ~ landing_pattern(landing, name) ~ "') where " ~ is_cut_short()
    ) -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}

{% macro spark__files_cut_short(landing, name) %}
    {%- set files = files_on_server(landing, name) -%}
    {%- set found = run_query("select _metadata.file_path from " ~ files ~ " where " ~ is_cut_short()) -%}
    {{- return(found.columns[0].values()) -}}
{% endmacro %}

{% macro is_cut_short() -%}
    {#- A whole Parquet file ends in PAR1. -#}
    hex(content) not like '%50415231'
{%- endmacro %}

{% macro landed_sizes(landing) %}
    {{- return(adapter.dispatch('landed_sizes')(landing)) -}}
{% endmacro %}

{% macro duckdb__landed_sizes(landing) %}
    {{- return(run_query(
        "select filename, event_type, landed_bytes from read_parquet('"
        ~ landing_pattern(landing, 'delivery.parquet') ~ "', filename = true)"
    ).rows) -}}
{% endmacro %}

{% macro spark__landed_sizes(landing) %}
    {{- return(run_query(
        "select _metadata.file_path, event_type, landed_bytes from parquet.`"
        ~ on_server(landing_pattern(landing, 'delivery.parquet')) ~ "`"
    ).rows) -}}
{% endmacro %}

{% macro landing_pattern(landing, name) -%}
    {{ landing }}/agency=*/reference_date=*/version=*/{{ name }}
{%- endmacro %}

{% macro files_on_server(landing, name) %}
    {#- A table over files that are not there is just empty, where a path would be an error. -#}
    {%- set files = api.Relation.create(schema=target.schema, identifier='files_in_landing') -%}
    {%- do run_query("drop table if exists " ~ files) -%}
    {%- do run_query(
        "create table " ~ files ~ " using binaryFile options (recursiveFileLookup 'true', pathGlobFilter '" ~ name
        ~ "') location '" ~ on_server(landing) ~ "'"
    ) -%}
    {{- return(files) -}}
{% endmacro %}
