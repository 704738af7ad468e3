{%- set conditions = {'zero': 'number = 0', 'small': 'number < 10', 'it_is_even': 'number % 2 = 0'} %}

with examples as (
    select *
    from (
        values
        ('all', 0),
        ('some', 8),
        ('one', 7),
        ('none', 11),
        ('null', null)
    ) as listed (example, number)  -- noqa: AL05
),

expected as (
    select *
    from (
        values
        ('all', 'zero'),
        ('all', 'small'),
        ('all', 'it_is_even'),
        ('some', 'small'),
        ('some', 'it_is_even'),
        ('one', 'small')
    ) as listed (example, text)  -- noqa: AL05
),

lists as (
    select
        example,
        {{ list_of_texts(conditions) }} as texts
    from examples
),

found as (
    select
        example,
        {{ one_row_per_text('texts') }} as text
    from lists
),

counted as (
    select
        example,
        text,
        count(*) as times
    from found
    group by example, text
)

select
    coalesce(expected.example, counted.example) as example,
    expected.text as text_expected,
    counted.text as text_found,
    counted.times
from expected
full outer join counted
    on
        expected.example = counted.example
        and expected.text = counted.text
where expected.example is null or coalesce(counted.times <> 1, true)

union all

select
    example,
    null as text_expected,
    null as text_found,
    null as times
from lists
where texts is null
