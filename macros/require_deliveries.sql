{% macro require_deliveries() %}
{%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set landing = env_var('INBURGERING_LANDING', '') or 'landing' -%}
    {%- set delivered = agencies_in_landing(landing) -%}
    {%- for agency in var('agencies') -%}
        {%- if agency not in delivered -%}
            {{ exceptions.raise_compiler_error(
                landing ~ ": no delivery of " ~ agency ~ "; load one first with python scripts/load_extracts.py"
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set problems = landing_problems(landing) -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            problems[0] ~ (" (and " ~ (problems | length - 1) ~ " more)" if problems | length > 1 else "")
            ~ "; load again with python scripts/load_extracts.py, which mends it or says what to do"
        ) }}
    {%- endif -%}
{%- endif -%}
{% endmacro %}

{% macro landing_problems(landing) %}
    {%- set registers = ['delivery.parquet', 'broken_rows.parquet'] -%}
    {#- What stands in each folder of a version: the size of every file, by name. -#}
    {%- set versions = {} -%}
    {%- for path, size in files_in_landing(landing) -%}
        {%- set folder, slash, name = path.rpartition('/') -%}
        {%- do versions.setdefault(folder, {}).update({name: size}) -%}
    {%- endfor -%}
    {%- set problems = [] -%}
    {%- for folder, sizes in versions | dictsort -%}
        {%- if not modules.re.search('/agency=\\w+/reference_date=\\d{4}-\\d\\d-\\d\\d/version=[1-9]\\d*$', folder) -%}
            {%- do problems.append(folder ~ ": no folder that the loader made") -%}
        {%- else -%}
            {%- set agency = modules.re.search('/agency=(\\w+)/', folder)[1] -%}
            {%- for name in registers + tables_of_agency(agency).values() | list if name not in sizes -%}
                {%- do problems.append(folder ~ ": is not whole (" ~ name ~ " is missing)") -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not problems -%}
        {%- for name in registers -%}
            {%- for path in files_cut_short(landing, name) -%}
                {%- do problems.append(path.rpartition('/')[0] ~ ": is not whole (" ~ name ~ " cannot be read)") -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not problems -%}
        {%- set registered = {} -%}
        {%- for path, event_type, landed_bytes in landed_sizes(landing) -%}
            {%- do registered.update({(path.rpartition('/')[0], event_type): landed_bytes}) -%}
        {%- endfor -%}
        {%- for folder, sizes in versions | dictsort -%}
            {%- set agency = modules.re.search('/agency=(\\w+)/', folder)[1] -%}
            {%- for event_type, name in tables_of_agency(agency).items() if sizes[name] != registered[folder, event_type] -%}
                {%- do problems.append(
                    folder ~ ": is not whole (" ~ name ~ " is not as large as delivery.parquet says)"
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(problems) -}}
{% endmacro %}

{% macro tables_of_agency(agency) %}
    {%- set tables = {} -%}
    {%- for source in graph.sources.values() if source.source_name == agency -%}
        {%- do tables.update({source.config.meta.event_type: source.name ~ '.parquet'}) -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
