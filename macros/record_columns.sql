{#- What the rows of all three facts have in common. -#}
{% macro record_columns() -%}
agency,
        reference_date,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        person_pseudonym,
        is_person_number_valid,
        dossier_number,
        nis_code,
        nationality_code,
        nationality_code_kind,
        nationality,
        gender_code,
        gender,
        target_group_code,
        target_group,
        residence_status_code,
        residence_status
{%- endmacro %}
