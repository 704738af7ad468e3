with nationalities as (
    select * from {{ ref('nationalities') }}
),

special_codes as (
    select * from {{ ref('special_nationality_codes') }}
),

codes as (
    select
        'agii' as dialect,
        rijksregister_code as code,
        nationality,
        'country' as kind
    from nationalities
    where rijksregister_code is not null

    union all

    select
        'atlas' as dialect,
        nationality as code,
        nationality,
        'country' as kind
    from nationalities

    union all

    select
        'amal' as dialect,
        iso_alpha3 as code,
        nationality,
        'country' as kind
    from nationalities

    union all

    select
        dialect,
        code,
        nationality,
        kind
    from special_codes
)

select
    dialect,
    lower(code) as code,
    nationality,
    kind
from codes
