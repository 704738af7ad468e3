with examples as (
    select *
    from (
        values
        ('in order', 'c', 1),
        ('in order', 'a', 2),
        ('in order', 'b', 10),
        ('twice', 'a', 2),
        ('twice', 'a', 1),
        ('with a null', 'a', 1),
        ('with a null', null, 2),
        ('with a null', 'b', 3)
    ) as listed (example, part, place)  -- noqa: AL05
),

expected as (
    select *
    from (
        values
        ('in order', 'c-a-b'),
        ('twice', 'a-a'),
        ('with a null', 'a-b')
    ) as listed (example, whole)  -- noqa: AL05
),

found as (
    select
        example,
        {{ text_in_order('part', '-', 'place') }} as whole
    from examples
    group by example
)

select
    expected.example,
    expected.whole,
    found.whole as whole_found
from expected
left join found
    on expected.example = found.example
where coalesce(expected.whole <> found.whole, true)
