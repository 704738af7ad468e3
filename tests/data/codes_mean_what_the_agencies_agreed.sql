with expected as (
    select *
    from (
        values
        ('agii', 'gender', '1', 'man'),
        ('agii', 'gender', '2', 'vrouw'),
        ('atlas', 'gender', 'Man', 'man'),
        ('atlas', 'gender', 'Vrouw', 'vrouw'),
        ('atlas', 'gender', 'X', 'x'),
        ('amal', 'gender', 'M', 'man'),
        ('amal', 'gender', 'V', 'vrouw'),
        ('amal', 'gender', 'X', 'x'),
        ('agii', 'target_group', 'PLICHT', 'verplicht'),
        ('agii', 'target_group', 'RECHT', 'rechthebbend'),
        ('agii', 'target_group', 'RECHT_PLICHT', 'onbepaald'),
        ('agii', 'target_group', 'MINDERJARIG', 'onbepaald'),
        ('agii', 'target_group', 'NADER_TE_BEPALEN', 'onbepaald'),
        ('agii', 'target_group', 'GEEN', 'onbepaald'),
        ('atlas', 'target_group', 'Verplicht', 'verplicht'),
        ('atlas', 'target_group', 'Rechthebbend', 'rechthebbend'),
        ('atlas', 'target_group', 'Onbepaald', 'onbepaald'),
        ('amal', 'target_group', 'V', 'verplicht'),
        ('amal', 'target_group', 'R', 'rechthebbend'),
        ('amal', 'target_group', 'O', 'onbepaald'),
        ('agii', 'nationality', '711', 'undetermined'),
        ('agii', 'nationality', '822', 'refugee AF'),
        ('agii', 'nationality', '169', 'former_state'),
        ('agii', 'nationality', '172', 'former_state'),
        ('atlas', 'nationality', 'yu', 'former_state'),
        ('atlas', 'nationality', 'su', 'former_state'),
        ('atlas', 'nationality', 'na', 'country NA'),
        ('amal', 'nationality', 'yug', 'former_state'),
        ('amal', 'nationality', 'sun', 'former_state'),
        ('all', 'contracts', 'TT_IBVP', 'true'),
        ('all', 'contracts', 'TT_IBRH', 'true'),
        ('all', 'contracts', 'TT_IBGD', 'true'),
        ('all', 'contracts', 'TT_IB-18', 'true'),
        ('all', 'contracts', 'TT_IBNB', 'true'),
        ('all', 'contracts', 'TT_IBBXL', 'true'),
        ('all', 'contracts', 'TT_IBAS', 'true'),
        ('all', 'contracts', 'TT_IBLING', 'true'),
        ('all', 'contracts', 'TT_NT2', 'false'),
        ('all', 'contracts', 'TT_OBVDAB', 'false'),
        ('all', 'contracts', 'TT_OBOCMW', 'false'),
        ('all', 'contracts', 'TT_WCIB', 'false'),
        ('all', 'contracts', 'TT_WCTB', 'false'),
        ('all', 'contracts', 'TT_OBSEC', 'false'),
        ('all', 'contracts', 'TT_NT2OCMW', 'false'),
        ('all', 'contracts', 'TT_NT2VDAB', 'false'),
        ('all', 'contracts', 'TT_OBMAT', 'false'),
        ('all', 'contracts', 'TT_NIV_BEPALING', 'false'),
        ('all', 'contracts', 'TT_WCTK', 'false'),
        ('all', 'attests', 'AI023', 'true'),
        ('all', 'attests', 'AEVC05', 'false'),
        ('all', 'not_registered_reason', 'RECHTHEBBEND', 'true'),
        ('all', 'not_registered_reason', 'VERHUISD_BUITENLAND', 'true'),
        ('all', 'not_registered_reason', 'VERHUISD_GEWEST', 'true'),
        ('all', 'not_registered_reason', 'GEEN_DOELGROEP', 'true'),
        ('all', 'not_registered_reason', 'OVERLEDEN', 'true'),
        ('all', 'not_registered_reason', 'ONBEKEND', 'true'),
        ('all', 'not_registered_reason', 'TERMIJN_LOOPT_NOG', 'false'),
        ('agii', 'may_be_empty', 'gender_code', 'true'),
        ('atlas', 'may_be_empty', 'gender_code', 'false'),
        ('amal', 'may_be_empty', 'gender_code', 'false'),
        ('agii', 'may_be_empty', 'letter_sent_on_as_delivered', 'true'),
        ('agii', 'may_be_empty', 'registered_on_as_delivered', 'true'),
        ('agii', 'may_be_empty', 'not_registered_reason_code', 'true'),
        ('atlas', 'may_be_empty', 'letter_sent_on_as_delivered', 'true'),
        ('atlas', 'may_be_empty', 'registered_on_as_delivered', 'true'),
        ('atlas', 'may_be_empty', 'not_registered_reason_code', 'true'),
        ('amal', 'may_be_empty', 'letter_sent_on_as_delivered', 'true'),
        ('amal', 'may_be_empty', 'registered_on_as_delivered', 'true'),
        ('amal', 'may_be_empty', 'not_registered_reason_code', 'true'),
        ('all', 'counted_under', 'VR20', 'VR18')
    ) as listed (dialect, kind, code, meaning)  -- noqa: AL05
),

-- agii and atlas write the label of the question, amal the VR code.
residence_statuses as (
    select
        residence_status,
        label
    from {{ ref('residence_statuses') }}
),

dialects as (
    select distinct dialect from expected
    where dialect <> 'all'
),

all_expected as (
    select * from expected

    union all

    select
        dialects.dialect,
        'residence_status' as kind,
        case when dialects.dialect = 'amal' then residence_statuses.residence_status else residence_statuses.label end as code,
        residence_statuses.residence_status as meaning
    from dialects
    cross join residence_statuses
),

found as (
    select
        dialect,
        'gender' as kind,
        code,
        gender as meaning
    from {{ ref('gender_codes') }}

    union all

    select
        dialect,
        'target_group' as kind,
        code,
        target_group as meaning
    from {{ ref('target_group_codes') }}

    union all

    select
        dialect,
        'residence_status' as kind,
        code,
        residence_status as meaning
    from {{ ref('residence_status_codes') }}

    union all

    select
        dialect,
        'nationality' as kind,
        code,
        kind || coalesce(' ' || nationality, '') as meaning
    from {{ ref('stg_reference__nationality_codes') }}

    union all

    select
        dialect,
        'may_be_empty' as kind,
        attribute as code,
        case when may_be_empty then 'true' else 'false' end as meaning
    from {{ ref('delivered_forms') }}

    union all

    select
        'all' as dialect,
        event_type as kind,
        type_code as code,
        case when is_counted_type then 'true' else 'false' end as meaning
    from {{ ref('counted_types') }}

    union all

    select
        'all' as dialect,
        'not_registered_reason' as kind,
        not_registered_reason as code,
        case when is_delivered_code then 'true' else 'false' end as meaning
    from {{ ref('not_registered_reasons') }}

    union all

    select
        'all' as dialect,
        'counted_under' as kind,
        residence_status as code,
        reported_as as meaning
    from {{ ref('residence_statuses') }}
)

select
    all_expected.dialect,
    all_expected.kind,
    all_expected.code,
    all_expected.meaning,
    found.meaning as meaning_found
from all_expected
left join found
    on
        all_expected.dialect = found.dialect
        and all_expected.kind = found.kind
        and all_expected.code = found.code
where coalesce(all_expected.meaning <> found.meaning, true)
