{%- set one = '00' ~ 'a1b2c3d4e5' * 6 ~ '00' %}
{%- set two = '00' ~ 'a1b2c3d4e5' * 2 ~ 'a1b2c3d4e6' * 4 ~ '00' %}
{%- set lowest = '0' * 64 %}
{%- set highest = 'f' * 64 %}

with examples as (
    select *
    from (
        values
        ('one', 'agii', 'contracts', 2, 'D1', '{{ one }}', true),
        ('one', 'atlas', 'contracts', 2, 'D2', '{{ one }}', true),
        ('two', 'agii', 'contracts', 2, 'D1', '{{ two }}', true),
        ('lowest', 'agii', 'contracts', 2, 'D3', '{{ lowest }}', true),
        ('highest', 'agii', 'contracts', 2, 'D3', '{{ highest }}', true),
        ('dossier D1 of agii', 'agii', 'contracts', 2, 'D1', '{{ one }}', false),
        ('dossier D1 of agii', 'agii', 'contracts', 2, 'D1', '{{ two }}', false),
        ('dossier D1 of agii', 'agii', 'contracts', 2, 'D1', null, false),
        ('dossier D2 of agii', 'agii', 'contracts', 2, 'D2', '{{ one }}', false),
        ('dossier D1 of atlas', 'atlas', 'contracts', 2, 'D1', '{{ one }}', false),
        ('row 2 of agii', 'agii', 'contracts', 2, null, null, false),
        ('row 3 of agii', 'agii', 'contracts', 3, null, null, false),
        ('row 3 of agii', 'agii', 'contracts', 3, null, '{{ one }}', false),
        ('row 2 of the attests of agii', 'agii', 'attests', 2, null, null, false),
        ('row 2 of atlas', 'atlas', 'contracts', 2, null, '{{ one }}', false)
    ) as listed (person, agency, event_type, row_number, dossier_number, person_pseudonym, is_person_number_valid)  -- noqa: AL05
),

found as (
    select
        person,
        {{ person_key('examples') }} as person_key
    from examples
)

-- Every two examples, each with itself among them: one key for one person, two for two, and none that is null.
select
    found.person,
    other.person as other_person,
    found.person_key,
    other.person_key as other_key
from found
cross join found as other
where
    (found.person_key = other.person_key) is distinct from (found.person = other.person)
    or ({{ person_as_text('found.person_key') }} = {{ person_as_text('other.person_key') }})
    is distinct from (found.person = other.person)
