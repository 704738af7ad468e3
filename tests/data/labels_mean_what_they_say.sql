{%- set labels = {
    'agency': {'agii': 'Agentschap Integratie en Inburgering', 'atlas': 'Atlas', 'amal': 'Amal'},
    'province': {
        'antwerpen': 'Antwerpen', 'limburg': 'Limburg', 'oost_vlaanderen': 'Oost-Vlaanderen',
        'vlaams_brabant': 'Vlaams-Brabant', 'west_vlaanderen': 'West-Vlaanderen',
        'brussels_gewest': 'Brussels Hoofdstedelijk Gewest', 'ander_gewest': 'Ander gewest', 'onbepaald': 'Onbepaald',
    },
    'region': {
        'vlaams_gewest': 'Vlaams Gewest', 'brussels_gewest': 'Brussels Hoofdstedelijk Gewest', 'ander_gewest': 'Ander gewest',
        'onbepaald': 'Onbepaald',
    },
    'working_area': {
        'stad_antwerpen': 'Stad Antwerpen', 'stad_gent': 'Stad Gent', 'antwerpen_zonder_stad': 'Antwerpen zonder de stad',
        'oost_vlaanderen_zonder_gent': 'Oost-Vlaanderen zonder Gent', 'limburg': 'Limburg', 'vlaams_brabant': 'Vlaams-Brabant',
        'west_vlaanderen': 'West-Vlaanderen', 'brussels_gewest': 'Brussels Gewest', 'ander_gewest': 'Ander gewest',
        'onbepaald': 'Onbepaald',
    },
    'nationality_group': {'eu': 'EU', 'niet_eu': 'niet-EU', 'onbepaald': 'Onbepaald'},
    'nationality': {
        'AF': 'Afghanistan', 'BE': 'België', 'GB': 'Verenigd Koninkrijk', 'GN': 'Guinee', 'GW': 'Guinee-Bissau',
        'MA': 'Marokko', 'NA': 'Namibië', 'SY': 'Syrië', 'TR': 'Turkije', 'UA': 'Oekraïne', 'onbepaald': 'Onbepaald',
    },
    'gender': {'man': 'Man', 'vrouw': 'Vrouw', 'x': 'X', 'onbepaald': 'Onbepaald'},
    'target_group': {'verplicht': 'Verplicht', 'rechthebbend': 'Rechthebbend', 'onbepaald': 'Onbepaald'},
    'residence_status': {'VR01': 'arbeidsmigrant EU+', 'VR07': 'erkend vluchteling', 'VR18': 'overige', 'VR19': 'onbepaald'},
    'not_registered_reason': {
        'TERMIJN_LOOPT_NOG': 'Termijn loopt nog', 'RECHTHEBBEND': 'Rechthebbend',
        'VERHUISD_BUITENLAND': 'Verhuisd naar het buitenland', 'VERHUISD_GEWEST': 'Verhuisd naar een ander gewest',
        'GEEN_DOELGROEP': 'Geen doelgroep na controle', 'OVERLEDEN': 'Overleden', 'ONBEKEND': 'Onbekend',
    },
    'cause': {
        'not_delivered': 'Agentschap leverde niet', 'person_number_corrected': 'Rijksregisternummer verbeterd',
        'set_aside': 'Terzijde gelegd', 'no_longer_set_aside': 'Niet langer terzijde', 'withdrawn': 'Niet meer aangeleverd',
        'delivered_later': 'Later aangeleverd', 'other_type': 'Ander type', 'found_elsewhere': 'Eerder elders gevonden',
        'registered_later': 'Later aangemeld', 'registration_withdrawn': 'Aanmelding ingetrokken',
        'other_date': 'Andere datum', 'other_attributes': 'Andere kenmerken',
    },
} %}
with expected as (
    {% for breakdown, members in labels.items() %}
    {%- set last = loop.last %}
    {%- for member, label in members.items() %}
    select
        '{{ breakdown }}' as breakdown,
        '{{ member }}' as member,
        '{{ label }}' as label
    {% if not (last and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}
),

found as (
    select
        breakdown,
        member,
        label
    from {{ ref('annex_members') }}

    union all

    select
        'cause' as breakdown,
        cause as member,
        label
    from {{ ref('revision_causes') }}
)

select
    expected.breakdown,
    expected.member,
    expected.label,
    found.label as label_found
from expected
left join found
    on
        expected.breakdown = found.breakdown
        and expected.member = found.member
where coalesce(expected.label <> found.label, true)
