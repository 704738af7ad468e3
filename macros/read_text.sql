{% macro white_space() -%}
{{ " \t\n\u000b\u000c\r\u001c\u001d\u001e\u001f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000" }}
{%- endmacro %}

{#- From the first to the last character that is no white space. To trim a list of characters is many times slower. -#}
{% macro read_text(column) -%}
nullif(regexp_extract({{ adapter.quote(column) }}, '(?s)[^{{ white_space() }}](?:.*[^{{ white_space() }}])?', 0), '')
{%- endmacro %}
