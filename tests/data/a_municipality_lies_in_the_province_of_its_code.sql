with municipalities as (
    select
        *,
        case
            when substring(nis_code, 1, 2) = '21' then 'brussels_gewest'
            when substring(nis_code, 1, 2) in ('23', '24') then 'vlaams_brabant'
            when substring(nis_code, 1, 1) = '1' then 'antwerpen'
            when substring(nis_code, 1, 1) = '3' then 'west_vlaanderen'
            when substring(nis_code, 1, 1) = '4' then 'oost_vlaanderen'
            when substring(nis_code, 1, 1) = '7' then 'limburg'
            else 'ander_gewest'
        end as province_of_code
    from {{ ref('municipalities') }}
),

expected as (
    select *
    from (
        values
        ('2018-12-31', 308, 19, 262),
        ('2019-01-01', 300, 19, 262),
        ('2024-12-31', 300, 19, 262),
        ('2025-01-01', 285, 19, 261)
    ) as listed (valid_on, flanders, brussels, wallonia)  -- noqa: AL05
),

counted as (
    select
        expected.valid_on,
        expected.flanders,
        expected.brussels,
        expected.wallonia,
        sum(case when municipalities.province = 'brussels_gewest' then 1 else 0 end) as brussels_found,
        sum(case when municipalities.province = 'ander_gewest' then 1 else 0 end) as wallonia_found,
        count(municipalities.nis_code) as municipalities_found
    from expected
    left join municipalities
        on
            (municipalities.valid_from is null or municipalities.valid_from <= cast(expected.valid_on as date))
            and (municipalities.valid_until is null or municipalities.valid_until > cast(expected.valid_on as date))
    group by expected.valid_on, expected.flanders, expected.brussels, expected.wallonia
)

select
    'another province than its code says' as problem,
    nis_code as what
from municipalities
where coalesce(province <> province_of_code, true)

union all

select
    'another number of municipalities' as problem,
    valid_on as what
from counted
where
    brussels_found <> brussels
    or wallonia_found <> wallonia
    or municipalities_found <> flanders + brussels + wallonia
