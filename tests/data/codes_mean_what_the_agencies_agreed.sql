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
        ('all', 'trajectory', 'TT_IBVP', 'true'),
        ('all', 'trajectory', 'TT_IBRH', 'true'),
        ('all', 'trajectory', 'TT_IBGD', 'true'),
        ('all', 'trajectory', 'TT_IB-18', 'true'),
        ('all', 'trajectory', 'TT_IBNB', 'true'),
        ('all', 'trajectory', 'TT_IBBXL', 'true'),
        ('all', 'trajectory', 'TT_IBAS', 'true'),
        ('all', 'trajectory', 'TT_IBLING', 'true'),
        ('all', 'trajectory', 'TT_NT2', 'false'),
        ('all', 'trajectory', 'TT_OBVDAB', 'false'),
        ('all', 'trajectory', 'TT_OBOCMW', 'false'),
        ('all', 'trajectory', 'TT_WCIB', 'false'),
        ('all', 'trajectory', 'TT_WCTB', 'false'),
        ('all', 'trajectory', 'TT_OBSEC', 'false'),
        ('all', 'trajectory', 'TT_NT2OCMW', 'false'),
        ('all', 'trajectory', 'TT_NT2VDAB', 'false'),
        ('all', 'trajectory', 'TT_OBMAT', 'false'),
        ('all', 'trajectory', 'TT_NIV_BEPALING', 'false'),
        ('all', 'trajectory', 'TT_WCTK', 'false'),
        ('all', 'attest', 'AI023', 'true'),
        ('all', 'attest', 'AEVC05', 'false'),
        ('all', 'reason', 'RECHTHEBBEND', 'true'),
        ('all', 'reason', 'VERHUISD_BUITENLAND', 'true'),
        ('all', 'reason', 'VERHUISD_GEWEST', 'true'),
        ('all', 'reason', 'GEEN_DOELGROEP', 'true'),
        ('all', 'reason', 'OVERLEDEN', 'true'),
        ('all', 'reason', 'ONBEKEND', 'true'),
        ('all', 'reason', 'TERMIJN_LOOPT_NOG', 'false'),
        ('all', 'counted_under', 'VR20', 'VR18')
    ) as listed (agency, kind, code, meaning)  -- noqa: AL05

),

-- agii and atlas write the label of the question, amal the VR code.
residence_statuses as (

    select
        residence_status,
        label
    from {{ ref('residence_statuses') }}

),

all_expected as (

    select * from expected

    union all

    select
        agencies.agency,
        'residence_status' as kind,
        case when agencies.agency = 'amal' then residence_statuses.residence_status else residence_statuses.label end as code,
        residence_statuses.residence_status as meaning
    from {{ ref('agencies') }} as agencies
    cross join residence_statuses
    where agencies.is_listed

),

found as (

    select
        agency,
        'gender' as kind,
        code,
        gender as meaning
    from {{ ref('gender_codes') }}

    union all

    select
        agency,
        'target_group' as kind,
        code,
        target_group as meaning
    from {{ ref('target_group_codes') }}

    union all

    select
        agency,
        'residence_status' as kind,
        code,
        residence_status as meaning
    from {{ ref('residence_status_codes') }}

    union all

    select
        agency,
        'nationality' as kind,
        code,
        kind || coalesce(' ' || nationality, '') as meaning
    from {{ ref('stg_reference__nationality_codes') }}

    union all

    select
        'all' as agency,
        'trajectory' as kind,
        trajectory_type as code,
        case when is_civic_integration then 'true' else 'false' end as meaning
    from {{ ref('trajectory_types') }}

    union all

    select
        'all' as agency,
        'attest' as kind,
        attest_type as code,
        case when counts_as_attest then 'true' else 'false' end as meaning
    from {{ ref('attest_types') }}

    union all

    select
        'all' as agency,
        'reason' as kind,
        no_show_reason as code,
        case when is_delivered_code then 'true' else 'false' end as meaning
    from {{ ref('no_show_reasons') }}

    union all

    select
        'all' as agency,
        'counted_under' as kind,
        residence_status as code,
        reported_as as meaning
    from {{ ref('residence_statuses') }}

)

select
    all_expected.agency,
    all_expected.kind,
    all_expected.code,
    all_expected.meaning,
    found.meaning as meaning_found
from all_expected
left join found
    on
        all_expected.agency = found.agency
        and all_expected.kind = found.kind
        and all_expected.code = found.code
where coalesce(all_expected.meaning <> found.meaning, true)
