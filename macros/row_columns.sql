{% macro row_columns() -%}
reference_date,
        agency,
        delivery_version,
        file_name,
        sheet_name,
        row_number
{%- endmacro %}
