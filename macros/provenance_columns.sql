{% macro provenance_columns() -%}
agency,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        file_name,
        sheet_name,
        row_number,
        person_pseudonym,
        is_person_number_valid
{%- endmacro %}
