with examples as (
    select *
    from (
        values
        ('one year', 2004),
        ('three years', 2006)
    ) as listed (example, last_year)  -- noqa: AL05
),

expected as (
    select *
    from (
        values
        ('one year', 2004),
        ('three years', 2004),
        ('three years', 2005),
        ('three years', 2006)
    ) as listed (example, year)  -- noqa: AL05
),

found as (
    select
        example,
        {{ one_row_per_year(2004, 'last_year') }} as year
    from examples
),

counted as (
    select
        example,
        year,
        count(*) as times
    from found
    group by example, year
)

select
    coalesce(expected.example, counted.example) as example,
    expected.year as year_expected,
    counted.year as year_found,
    counted.times
from expected
full outer join counted
    on
        expected.example = counted.example
        and expected.year = counted.year
where expected.example is null or coalesce(counted.times <> 1, true)
