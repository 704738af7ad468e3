{#- The log of dbt runs in the warehouse, by which the export knows whether all tables come from one green build. -#}
{% macro log_build_start() %}
{%- if execute -%}
create table if not exists build_log (
    invocation_id varchar, command varchar, started_at timestamp, finished_at timestamp, outcome varchar, problem varchar
);
insert into build_log values (
    '{{ invocation_id }}', '{{ flags.WHICH }}', cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp), null,
    'running', 'it is still running or was broken off'
);
{%- endif -%}
{% endmacro %}

{% macro log_build_end(results) %}
{%- if execute -%}
    {%- set failed = [] -%}
    {%- set done = [] -%}
    {%- for result in results -%}
        {%- do done.append(result.node.unique_id) -%}
        {%- if result.status in ('error', 'fail', 'runtime error', 'warn') -%}
            {%- do failed.append(result.node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set left_out = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type in ('model', 'seed', 'test') and node.unique_id not in done -%}
            {%- do left_out.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if failed -%}
        {%- set outcome, problem = 'red', failed | length ~ ' steps failed, ' ~ failed[0] ~ ' first' -%}
    {%- elif flags.WHICH != 'test' and (left_out or flags.EMPTY) -%}
        {%- set outcome, problem = 'partial', left_out | length ~ ' steps were left out' -%}
    {%- else -%}
        {%- set outcome, problem = 'green', '' -%}
    {%- endif -%}
update build_log
set finished_at = current_timestamp, outcome = '{{ outcome }}', problem = '{{ problem }}'
where invocation_id = '{{ invocation_id }}';
    {%- if flags.WHICH == 'build' and outcome == 'green' %}{{ print_build_summary() }}{% endif -%}
{%- endif -%}
{% endmacro %}

{% macro print_build_summary() %}
    {%- set summary = run_query(
        "select sum(rows_delivered), sum(rows_accepted), sum(rows_set_aside), count(distinct agency || reference_date) from "
        ~ target.schema ~ ".annex_control_deliveries where agency is not null"
    ).rows[0] -%}
    {%- do print(
        "Built " ~ target.name ~ " from " ~ summary[3] ~ " deliveries: " ~ summary[0] ~ " rows delivered, "
        ~ summary[1] ~ " accepted, " ~ summary[2] ~ " set aside"
    ) -%}
{% endmacro %}
