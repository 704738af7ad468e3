{% macro read_date(column, form) -%}
{%- set digits_as_nine = "translate(" ~ column ~ ", '012345678', '999999999')" -%}
{%- if form == 'dd/mm/yyyy' -%}
case
            when {{ digits_as_nine }} = '99/99/9999'
                then try_cast(
                    substring({{ column }}, 7, 4) || '-' || substring({{ column }}, 4, 2) || '-' || substring({{ column }}, 1, 2)
                    as date
                )
        end
{%- elif form == 'yyyy-mm-dd' -%}
case when {{ digits_as_nine }} = '9999-99-99' then try_cast({{ column }} as date) end
{%- else -%}
{{ exceptions.raise_compiler_error("read_date knows the forms dd/mm/yyyy and yyyy-mm-dd, not " ~ form) }}
{%- endif -%}
{%- endmacro %}
