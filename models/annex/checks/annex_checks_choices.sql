{%- set warnings = {
    'person_without_number': ['invalid_person_number'],
    'many_rows_of_a_person': ['implausibly_many_rows'],
    'unusable_letter_or_registration': ['unusable_letter_date', 'unusable_registration_date'],
    'letter_before_extraction': ['letter_before_extraction', 'registration_before_extraction'],
    'unknown_type': ['empty_type_code', 'unknown_type_code'],
    'unknown_code': [
        'empty_nis_code', 'unknown_nis_code', 'empty_nationality', 'unknown_nationality', 'empty_gender', 'unknown_gender',
        'empty_target_group', 'unknown_target_group', 'empty_residence_status', 'unknown_residence_status',
        'unknown_not_registered_reason',
    ],
    'nis_code_of_another_day': ['nis_code_not_valid_on_day'],
} %}
{%- set rejections = {
    'unusable_event_date': [
        'missing_event_date', 'unreadable_event_date', 'event_date_after_reference_date', 'event_date_too_early',
    ],
    'last_row_of_a_number': ['duplicate', 'superseded'],
    'identical_rows': ['duplicate'],
} %}
{%- set rows_as_accepted = {
    'attest_types': "events.event_type = 'attests' and not counted_types.is_counted_type",
    'borsbeek': 'events.attribution_date >= merged.in_area_from',
    'eu_on_the_day': "changed.nationality is not null",
    'belgians': "events.nationality = 'BE'",
    'stateless_and_former_states': 'special_codes.code is not null and special_codes.nationality is null',
    'undetermined_target_groups': "target_groups.target_group = 'onbepaald'",
    'displaced_persons': 'events.own_residence_status <> events.residence_status',
} %}
{#- Of the rows above, those that would count otherwise under the alternative: where none stand here, all that count somebody. #}
{%- set moves = {
    'attest_types': 'first_attests.event_date is null or events.event_date < first_attests.event_date',
    'eu_on_the_day':
        "counting_rows.row_number is not null"
        " and (events.nationality_group = 'eu') <> (members_at_the_end.nationality is not null)",
} %}
{%- set invited = {
    'first_over_all_agencies': 'agencies > 1',
    'row_of_the_first_letter': 'rows_delivered > 1',
    'registration_elsewhere': 'registrations > 0 and own_registrations = 0',
    'registration_before_letter': 'last_registration < first_letter',
} %}
{%- set with_alternative = [warnings, rows_as_accepted, invited] | map('list') | sum(start=[]) %}
{%- set counted = ['ties_on_one_day'] + with_alternative + rejections | list %}

with counting_rows as (
    select distinct reference_date, agency, event_type, row_number
    from {{ ref('annex_counted_persons') }}
),

warned as (
    select
        warnings.reference_date, events.person_key, warnings.warning,
        counting_rows.row_number is not null as is_moved
    from {{ ref('int_event_warnings') }} as warnings
    inner join {{ ref('int_events') }} as events using (agency, reference_date, event_type, row_number)
    left join counting_rows
        on
            warnings.agency = counting_rows.agency
            and warnings.reference_date = counting_rows.reference_date
            and warnings.event_type = counting_rows.event_type
            and warnings.row_number = counting_rows.row_number
),

first_attests as (
    select reference_date, person_key, event_date
    from {{ ref('fct_attests') }}
    where is_first_attest
),

accepted as (
    select
        events.reference_date, events.person_key,
        {%- for choice, condition in rows_as_accepted.items() %}
        coalesce({{ condition }}, false) as {{ choice }},
        {{ moves.get(choice, 'counting_rows.row_number is not null') }} as {{ choice }}_moves{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_events_conformed') }} as events
    inner join {{ ref('int_events') }} as delivered using (agency, reference_date, event_type, row_number)
    inner join {{ ref('dim_agency') }} as agencies using (agency)
    left join {{ ref('counted_types') }} as counted_types
        on events.event_type = counted_types.event_type and lower(events.type_code) = lower(counted_types.type_code)
    left join {{ ref('city_working_areas') }} as merged
        on delivered.nis_code = merged.nis_code and merged.in_area_from > cast('{{ var("first_possible_day") }}' as date)
    left join {{ ref('eu_memberships') }} as changed
        on
            events.nationality = changed.nationality
            and (changed.member_until is not null or changed.member_from > cast('{{ var("first_possible_day") }}' as date))
    left join {{ ref('special_nationality_codes') }} as special_codes
        on agencies.dialect = special_codes.dialect and lower(delivered.nationality_code) = lower(special_codes.code)
    left join {{ ref('target_group_codes') }} as target_groups
        on
            agencies.dialect = target_groups.dialect
            and agencies.dialect = 'agii'
            and lower(delivered.target_group_code) = lower(target_groups.code)
    left join {{ ref('eu_memberships') }} as members_at_the_end
        on
            events.nationality = members_at_the_end.nationality
            and events.reference_date >= members_at_the_end.member_from
            and (members_at_the_end.member_until is null or events.reference_date < members_at_the_end.member_until)
    left join counting_rows
        on
            events.agency = counting_rows.agency
            and events.reference_date = counting_rows.reference_date
            and events.event_type = counting_rows.event_type
            and events.row_number = counting_rows.row_number
    left join first_attests
        on events.reference_date = first_attests.reference_date and events.person_key = first_attests.person_key
),

first_letters as (
    select
        reference_date, person_key,
        agency as agency_of_the_letter,
        letter_sent_on as first_letter
    from {{ ref('fct_invitations') }}
    where is_invited
),

invited as (
    select
        reference_date, person_key, first_letters.first_letter,
        count(*) as rows_delivered,
        count(distinct invitations.agency) as agencies,
        count(invitations.registered_on) as registrations,
        count(case when invitations.agency = first_letters.agency_of_the_letter then invitations.registered_on end)
            as own_registrations,
        max(invitations.registered_on) as last_registration
    from {{ ref('fct_invitations') }} as invitations
    inner join first_letters using (reference_date, person_key)
    group by reference_date, person_key, first_letters.first_letter
),

-- The rows that compete for being the first of their kind, all on the day of the first.
first_days as (
    select
        reference_date, person_key, event_type,
        case event_type when 'invitations' then letter_sent_on else event_date end as day,
        count(*) as rows_of_that_day,
        row_number() over (
            partition by reference_date, person_key, event_type
            order by case event_type when 'invitations' then letter_sent_on else event_date end
        ) as place_in_time
    from {{ ref('int_events_conformed') }}
    where case event_type when 'invitations' then letter_sent_on is not null else is_counted_type end
    group by reference_date, person_key, event_type, case event_type when 'invitations' then letter_sent_on else event_date end
),

touched as (
    select
        reference_date, person_key,
        'ties_on_one_day' as choice,
        false as is_moved
    from first_days
    where place_in_time = 1 and rows_of_that_day > 1

    {% for choice, texts in warnings.items() %}
    union all
    select
        reference_date, person_key,
        '{{ choice }}' as choice,
        is_moved
    from warned
    where warning in ('{{ texts | join("', '") }}')
    {% endfor %}
    {%- for choice, texts in rejections.items() %}
    union all
    select
        reference_date, person_key,
        '{{ choice }}' as choice,
        false as is_moved
    from {{ ref('int_events') }}
    where rejection_reason in ('{{ texts | join("', '") }}')
    {% endfor %}
    {%- for choice in rows_as_accepted %}
    union all
    select
        reference_date, person_key,
        '{{ choice }}' as choice,
        {{ choice }}_moves as is_moved
    from accepted
    where {{ choice }}
    {% endfor %}
    {%- for choice, condition in invited.items() %}
    union all
    select
        reference_date, person_key,
        '{{ choice }}' as choice,
        true as is_moved
    from invited
    where {{ condition }}
    {% endfor %}
),

counted as (
    select
        reference_date, choice,
        count(distinct person_key) as persons,
        count(distinct case when is_moved then person_key end) as persons_moved
    from touched
    group by reference_date, choice
),

reference_dates as (
    select distinct reference_date from {{ ref('stg_landing__current_files') }}
)

select
    reference_dates.reference_date, choices.choice, choices.label, choices.effect,
    case
        when choices.choice in (
            {%- for choice in counted %}
            '{{ choice }}'{% if not loop.last %},{% endif %}
            {%- endfor %}
        ) then coalesce(counted.persons, 0)
    end as persons,
    choices.persons_are,
    case
        when
            choices.alternative is not null
            and choices.choice in (
                {%- for choice in with_alternative %}
                '{{ choice }}'{% if not loop.last %},{% endif %}
                {%- endfor %}
            ) then coalesce(counted.persons_moved, 0)
    end as persons_moved,
    choices.alternative, choices.not_counted_because, choices.model, choices.line_of_data,
    choices.approved_by, choices.approved_on
from {{ ref('choices') }} as choices
cross join reference_dates
left join counted
    on choices.choice = counted.choice and reference_dates.reference_date = counted.reference_date
