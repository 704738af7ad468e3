with examples as (
    select *
    from (
        values
        ('29/02/2024', '2024-02-29', null),
        ('29/02/2023', null, null),
        ('31/12/2023', '2023-12-31', null),
        ('12/31/2023', null, null),
        ('1/2/2023', null, null),
        ('01/02/23', null, null),
        ('01-02-2023', null, null),
        ('01/02/2023 00:00', null, null),
        ('2024-02-29', null, '2024-02-29'),
        ('2023-02-29', null, null),
        ('2023-1-5', null, null),
        ('20230105', null, null),
        ('2023-01-05T00:00', null, null),
        ('onbekend', null, null),
        ('00/00/0000', null, null),
        ('-123-01-05', null, null),
        ('+1/02/2023', null, null),
        (null, null, null)
    ) as listed (delivered, expected_day_first, expected_year_first)  -- noqa: AL05
),

read as (
    select
        *,
        {{ read_date('delivered', 'dd/mm/yyyy') }} as found_day_first,
        {{ read_date('delivered', 'yyyy-mm-dd') }} as found_year_first
    from examples
)

select *
from read
where
    coalesce(found_day_first, cast('1000-01-01' as date))
    <> coalesce(cast(expected_day_first as date), cast('1000-01-01' as date))
    or coalesce(found_year_first, cast('1000-01-01' as date))
    <> coalesce(cast(expected_year_first as date), cast('1000-01-01' as date))
