with codes as (
    {% for dialect, column in {'agii': 'rijksregister_code', 'atlas': 'nationality', 'amal': 'iso_alpha3'}.items() %}
    select
        '{{ dialect }}' as dialect,
        {{ column }} as code,
        nationality,
        'country' as kind
    from {{ ref('nationalities') }}
    where {{ column }} is not null

    union all
    {% endfor %}
    select dialect, code, nationality, kind from {{ ref('special_nationality_codes') }}
)

select
    dialect,
    lower(code) as code,
    nationality, kind
from codes
