{% macro fact_columns() -%}
reference_date,
        agency,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        person_key,
        dossier_number,
        province,
        nationality_group,
        nationality,
        gender,
        target_group,
        residence_status
{%- endmacro %}
