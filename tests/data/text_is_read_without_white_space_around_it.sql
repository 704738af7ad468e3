with examples as (
    select *
    from (
        values
        (' plain ', 'plain'),
        ('{{ "\t tab and \u00a0no-break\u00a0" }}', '{{ "tab and \u00a0no-break" }}'),
        ('{{ "line\r\n" }}', 'line'),
        ('{{ "\u2003\u3000" }}', null),
        ('{{ " two\nlines " }}', '{{ "two\nlines" }}'),
        (' é ', 'é'),
        ('', null),
        (null, null),
        ('0', '0')
    ) as listed (delivered, expected)  -- noqa: AL05
),

read as (
    select
        *,
        {{ read_text('delivered') }} as found
    from examples
)

select *
from read
where coalesce(found, '<null>') <> coalesce(expected, '<null>')
