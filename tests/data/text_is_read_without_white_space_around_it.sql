-- Guards: read_text on this engine trims every white space, keeps what stands inside, and gives null for nothing.
with examples as (

    select ' plain ' as delivered, 'plain' as expected
    union all
    select '{{ "\t tab and \u00a0no-break\u00a0" }}' as delivered, '{{ "tab and \u00a0no-break" }}' as expected
    union all
    select '{{ "line\r\n" }}' as delivered, 'line' as expected
    union all
    select '{{ "\u2003\u3000" }}' as delivered, cast(null as {{ dbt.type_string() }}) as expected
    union all
    select '' as delivered, cast(null as {{ dbt.type_string() }}) as expected
    union all
    select cast(null as {{ dbt.type_string() }}) as delivered, cast(null as {{ dbt.type_string() }}) as expected
    union all
    select '0' as delivered, '0' as expected

),

read as (

    select
        delivered,
        expected,
        {{ read_text('delivered') }} as found
    from examples

)

select *
from read
where coalesce(found, '<null>') <> coalesce(expected, '<null>')
