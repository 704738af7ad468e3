{#- A native value of 16 bytes compares, sorts and is kept several times faster than a text of 64 characters. -#}
{% macro person_key(row) -%}
    {{- adapter.dispatch('person_key')(row) -}}
{%- endmacro %}

{% macro default__person_key(row) -%}
case
            when {{ row }}.is_person_number_valid then substring({{ row }}.person_pseudonym, 1, 32)
            else md5({{ row }}.agency || ':' || coalesce({{ row }}.dossier_number, ''))
        end
{%- endmacro %}

{% macro duckdb__person_key(row) -%}
case
            when {{ row }}.is_person_number_valid then cast('0x' || substring({{ row }}.person_pseudonym, 1, 32) as uhugeint)
            else md5_number({{ row }}.agency || ':' || coalesce({{ row }}.dossier_number, ''))
        end
{%- endmacro %}
