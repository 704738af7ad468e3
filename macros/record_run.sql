{% macro is_looking_only() %}
    {{- return(flags.WHICH in ['generate', 'compile', 'show', 'list', 'parse']) -}}
{% endmacro %}

{% macro record_run_start() %}
{%- if execute and flags.WHICH != 'test' and not is_looking_only() -%}
    {%- do record_run('running', 'it is still running or was broken off') -%}
{%- endif -%}
{% endmacro %}

{% macro record_run_end(results) %}
{%- if execute and not is_looking_only() -%}
    {%- set failed = [] -%}
    {%- set without_room = [] -%}
    {%- set done = [] -%}
    {%- for result in results -%}
        {%- do done.append(result.node.unique_id) -%}
        {%- set is_only_told = result.status == 'warn' and result.node.config.severity == 'warn' -%}
        {%- if result.status in ('error', 'fail', 'runtime error', 'warn') and not is_only_told -%}
            {%- do failed.append(result.node.name) -%}
        {%- endif -%}
        {%- if 'No space left on device' in (result.message or '') -%}
            {%- do without_room.append(result.node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set left_out = [] -%}
    {%- set tests_of_code = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id not in done -%}
        {%- if node.resource_type == 'test' and 'code' in node.tags -%}
            {%- do tests_of_code.append(node.name) -%}
        {%- elif node.resource_type in ('model', 'seed', 'test') -%}
            {%- do left_out.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if without_room -%}
        {%- do say_there_is_no_room() -%}
    {%- endif -%}
    {%- if failed -%}
        {%- do record_run('red', failed | length ~ ' steps failed, ' ~ failed[0] ~ ' first') -%}
    {%- elif flags.WHICH == 'test' -%}
        {#- It changed no table. -#}
    {%- elif flags.EMPTY -%}
        {%- do record_run('partial', 'it was run without rows') -%}
    {%- elif left_out -%}
        {%- do record_run('partial', left_out | length ~ ' steps were left out') -%}
    {%- elif invocation_args_dict.vars -%}
        {%- set problem = 'it was run with --vars ' ~ tojson(invocation_args_dict.vars) -%}
        {%- do record_run('partial', problem) -%}
        {%- do print('Not published: ' ~ problem ~ '; run dbt build without --vars, or change the vars of dbt_project.yml') -%}
    {%- else -%}
        {%- set first_date = first_date_to_build() -%}
        {%- do record_run('green', '') -%}
        {%- if flags.WHICH == 'build' %}{{ print_build_summary(tests_of_code | length, first_date) }}{% endif -%}
    {%- endif -%}
{%- endif -%}
{% endmacro %}

{% macro record_run(outcome, problem) %}
    {%- do store_run({
        'invocation_id': invocation_id,
        'command': flags.WHICH,
        'started_at': run_started_at.strftime('%Y-%m-%d %H:%M'),
        'outcome': outcome,
        'problem': problem,
    }) -%}
{% endmacro %}

{% macro print_build_summary(tests_of_code, first_date) %}
    {%- set summary = run_query(
        "select sum(rows_delivered), sum(rows_accepted), sum(rows_rejected), count(distinct agency || reference_date) from "
        ~ target.schema ~ ".annex_checks_deliveries where agency <> 'totaal'"
    ).rows[0] -%}
    {%- do print(
        "Built and published from " ~ summary[3] ~ " deliveries: " ~ summary[0] ~ " rows delivered, "
        ~ summary[1] ~ " accepted, " ~ summary[2] ~ " rejected"
    ) -%}
    {%- if first_date is not none -%}
        {%- set built_anew = run_query(
            "select count(distinct reference_date) from " ~ target.schema ~ ".stg_landing__current_files where reference_date >= date '"
            ~ first_date ~ "'"
        ).rows[0][0] -%}
        {%- set dates = "the reference dates from " ~ first_date ~ " on" if built_anew else "no reference date" -%}
        {%- do print("Built anew: " ~ dates ~ "; the others are kept from the last green build (--full-refresh builds all)") -%}
    {%- endif -%}
    {%- set reissued = run_query(
        "select question, issued_on, count(*) from " ~ target.schema ~ ".annex_checks_issued "
        ~ "group by question, issued_on order by question"
    ).rows -%}
    {%- for row in reissued -%}
        {%- do print(
            "Issued, and other now: " ~ row[2] ~ " figures of " ~ row[0] ~ ", issued on " ~ row[1]
            ~ "; python scripts/verify_issued.py says why"
        ) -%}
    {%- endfor -%}
    {%- set undecided = run_query(
        "select short_label, event_type, type_code, reference_date, sum(rows_undecided) as rows_undecided from "
        ~ target.schema ~ ".annex_checks_undecided group by short_label, event_type, type_code, reference_date "
        ~ "order by reference_date, short_label, event_type, type_code"
    ).rows -%}
    {%- for row in undecided -%}
        {%- do print(
            "Not counted: type " ~ row[2] ~ " on " ~ row[4] ~ " rows of the " ~ row[1] ~ " of " ~ row[0] ~ " at " ~ row[3]
            ~ "; decide in seeds/codes/counted_types.csv whether it counts"
        ) -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select file_name, agency_label, reference_date, rows_rejected, rows_delivered, round(100.0 * rows_rejected / rows_delivered, 1)"
        ~ " from " ~ target.schema ~ ".annex_checks_deliveries where agency <> 'totaal' and rows_rejected >= 0.01 * rows_delivered"
        ~ " and rows_rejected > 0 order by reference_date, agency_sort_order, event_type_sort_order"
    ).rows -%}
        {%- do print(
            "Rejected: " ~ row[3] ~ " of " ~ row[4] ~ " rows (" ~ row[5] ~ " %) of " ~ row[0] ~ " of " ~ row[1] ~ " at " ~ row[2]
            ~ "; scripts/report_rejects.py lists them"
        ) -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select reference_date, sum(rows_warned) from " ~ target.schema ~ ".annex_checks_warnings"
        ~ " where warning like 'unknown%' group by reference_date having sum(rows_warned) > 0 order by reference_date"
    ).rows -%}
        {%- do print(
            "Unknown codes at " ~ row[0] ~ ": on " ~ row[1] ~ " rows, counted as undetermined but for types; the control file has them"
        ) -%}
    {%- endfor -%}
    {%- if tests_of_code -%}
        {%- do print(
            "Left out: unit tests and " ~ tests_of_code ~ " tests of seeds and macros, which guard code; make test runs them"
        ) -%}
    {%- endif -%}
{% endmacro %}
