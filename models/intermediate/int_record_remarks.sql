{%- set remarks = [
    ('invalid_person_number', 'not records.is_person_number_valid', none),
    ('missing_record_number', "records.record_number = ''", none),
    ('empty_nis_code', 'records.nis_code is null', none),
    ('unknown_nis_code', 'records.nis_code is not null and municipalities.nis_code is null', 'nis_code'),
    ('nis_code_not_valid_on_day', 'records.event_date < municipalities.valid_from'
        ~ ' or records.event_date >= municipalities.valid_until', 'nis_code'),
    ('empty_nationality', 'records.nationality_code is null', none),
    ('unknown_nationality', 'records.nationality_code is not null and records.nationality_code_kind is null',
        'nationality_code'),
    ('former_state', "records.nationality_code_kind = 'former_state'", 'nationality_code'),
    ('empty_gender', 'records.gender_code is null', none),
    ('unknown_gender', 'records.gender_code is not null and records.gender is null', 'gender_code'),
    ('empty_target_group', 'records.target_group_code is null', none),
    ('unknown_target_group', 'records.target_group_code is not null and records.target_group is null',
        'target_group_code'),
    ('empty_residence_status', 'records.residence_status_code is null', none),
    ('unknown_residence_status', 'records.residence_status_code is not null and records.residence_status is null',
        'residence_status_code'),
    ('empty_type_code', "records.fact <> 'invitations' and records.type_code is null", none),
    ('unknown_type_code', 'records.type_code is not null and type_codes.type_code is null', 'type_code'),
    ('unknown_no_show_reason', 'records.no_show_reason_code is not null and no_show_reasons.no_show_reason is null',
        'no_show_reason_code'),
    ('unusable_letter_date', 'records.letter_sent_on_as_delivered is not null and records.letter_sent_on is null',
        'letter_sent_on_as_delivered'),
    ('unusable_registration_date',
        'records.registered_on_as_delivered is not null and records.registered_on is null',
        'registered_on_as_delivered'),
    ('registration_before_extraction', 'records.registered_on < records.key_date', 'registered_on_as_delivered'),
    ('attest_before_first_contract', "type_codes.is_counted_attest and records.key_date < first_contracts.signed_on",
        'key_date_as_delivered'),
] %}

with records as (

    select
        *,
        coalesce(letter_sent_on, key_date) as event_date
    from {{ ref('int_records_judged') }}
    where set_aside_reason is null

),

-- Asked for by themselves: only a step that is used once is not kept in memory as a whole.
contracts as (

    select
        reference_date,
        person_key,
        key_date,
        type_code
    from {{ ref('int_records_judged') }}
    where
        fact = 'contracts'
        and set_aside_reason is null

),

municipalities as (

    select * from {{ ref('municipalities') }}

),

trajectory_types as (

    select * from {{ ref('trajectory_types') }}

),

attest_types as (

    select * from {{ ref('attest_types') }}

),

no_show_reasons as (

    select * from {{ ref('no_show_reasons') }}

),

type_codes as (

    select
        'contracts' as fact,
        trajectory_type as type_code,
        false as is_counted_attest
    from trajectory_types

    union all

    select
        'attests' as fact,
        attest_type as type_code,
        counts_as_attest as is_counted_attest
    from attest_types

),

first_contracts as (

    select
        contracts.reference_date,
        contracts.person_key,
        min(contracts.key_date) as signed_on
    from contracts
    inner join trajectory_types
        on contracts.type_code = trajectory_types.trajectory_type
    where trajectory_types.is_civic_integration
    group by contracts.reference_date, contracts.person_key

),

checked as (

    select
        records.fact,
        records.agency,
        records.reference_date,
        records.delivery_version,
        records.file_name,
        records.sheet_name,
        records.row_number,
        records.nis_code,
        records.nationality_code,
        records.gender_code,
        records.target_group_code,
        records.residence_status_code,
        records.type_code,
        records.no_show_reason_code,
        records.letter_sent_on_as_delivered,
        records.registered_on_as_delivered,
        records.key_date_as_delivered,
        {%- for remark, condition, value in remarks %}
        {{ condition }} as is_{{ remark }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from records
    left join municipalities
        on records.nis_code = municipalities.nis_code
    left join type_codes
        on
            records.fact = type_codes.fact
            and records.type_code = type_codes.type_code
    left join no_show_reasons
        on
            records.no_show_reason_code = no_show_reasons.no_show_reason
            and no_show_reasons.is_delivered_code
    left join first_contracts
        on
            records.reference_date = first_contracts.reference_date
            and records.person_key = first_contracts.person_key

),

-- Few rows have any, and only those are gone through once per remark.
with_remarks as (

    select *
    from checked
    where
        false
        {%- for remark, condition, value in remarks %}
        or is_{{ remark }}
        {%- endfor %}

),

remarks as (
    {% for remark, condition, value in remarks %}
    select
        fact,
        agency,
        reference_date,
        delivery_version,
        file_name,
        sheet_name,
        row_number,
        '{{ remark }}' as remark_kind,
        {{ value or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as delivered_value
    from with_remarks
    where is_{{ remark }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from remarks
