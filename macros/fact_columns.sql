{% macro fact_columns() -%}
{{ row_columns() }},
        person_key,
        dossier_number,
        province,
        nationality_group,
        nationality,
        gender,
        target_group,
        residence_status
{%- endmacro %}
