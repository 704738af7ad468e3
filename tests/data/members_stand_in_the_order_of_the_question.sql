with expected as (
    select *
    from (
        values
        ('total', 'totaal'),
        ('agency', 'agii atlas amal totaal'),
        (
            'province',
            'antwerpen limburg oost_vlaanderen vlaams_brabant west_vlaanderen brussels_gewest ander_gewest onbepaald totaal'
        ),
        ('region', 'vlaams_gewest brussels_gewest ander_gewest onbepaald totaal'),
        (
            'working_area',
            'stad_antwerpen stad_gent antwerpen_zonder_stad oost_vlaanderen_zonder_gent limburg vlaams_brabant west_vlaanderen '
            || 'brussels_gewest ander_gewest onbepaald totaal'
        ),
        ('nationality_group', 'eu niet_eu onbepaald totaal'),
        ('gender', 'man vrouw x onbepaald totaal'),
        ('target_group', 'verplicht rechthebbend onbepaald totaal'),
        (
            'residence_status',
            'VR01 VR02 VR03 VR04 VR05 VR06 VR07 VR08 VR09 VR10 VR11 VR12 VR13 VR14 VR15 VR16 VR17 VR18 VR19 totaal'
        ),
        (
            'not_registered_reason',
            'TERMIJN_LOOPT_NOG RECHTHEBBEND VERHUISD_BUITENLAND VERHUISD_GEWEST GEEN_DOELGROEP OVERLEDEN ONBEKEND totaal'
        ),
        ('ties', 'agii atlas amal')
    ) as listed (breakdown, members)  -- noqa: AL05
),

in_order as (
    select
        breakdown,
        {{ text_in_order('member', ' ', 'sort_order') }} as members
    from {{ ref('annex_members') }}
    group by breakdown

    union all

    select
        'ties' as breakdown,
        {{ text_in_order('agency', ' ', 'sort_order') }} as members
    from {{ ref('dim_agency') }}
)

select
    expected.breakdown,
    expected.members,
    in_order.members as members_found
from expected
left join in_order
    on expected.breakdown = in_order.breakdown
where coalesce(expected.members <> in_order.members, true)
