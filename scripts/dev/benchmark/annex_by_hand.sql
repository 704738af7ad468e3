-- One script, written by hand, that counts the annex straight from the landing. The rules are those of the models, each at the
-- place where that rule costs least; codes are looked up for counted persons only.
set variable white_space = ' ' || e'\t\n\r' || chr(11) || chr(12) || chr(28) || chr(29) || chr(30) || chr(31) || chr(133)
|| chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199)
|| chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288);

create temp macro read_text(value) as case
    when value[1] between '!' and '~' and value[-1] between '!' and '~' then value
    else nullif(trim(value, getvariable('white_space')), '')
end;

create temp macro day_first(value) as case
    when regexp_full_match(read_text(value), '[0-9]{2}/[0-9]{2}/[0-9]{4}')
        then cast(try_strptime(read_text(value), '%d/%m/%Y') as date)
end;

create temp macro year_first(value) as case
    when regexp_full_match(read_text(value), '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_cast(read_text(value) as date)
end;

create temp macro person(agency, is_valid, pseudonym, dossier_number) as
    case when is_valid then pseudonym else agency || ':' || coalesce(read_text(dossier_number), '') end;

create temp macro code(value) as lower(read_text(value));

create temp macro landed(agency, table_name) as table
    select delivered.*
    from read_parquet(
        getvariable('landing') || '/agency=' || agency || '/reference_date=*/version=*/' || table_name || '.parquet',
        hive_partitioning = true
    ) as delivered
    semi join (
        select reference_date, max(version) as version
        from read_parquet(
            getvariable('landing') || '/agency=' || agency || '/reference_date=*/version=*/delivery.parquet',
            hive_partitioning = true
        )
        group by reference_date
    ) as newest using (reference_date, version);

create temp macro seed(name) as table
    from read_csv(getvariable('seeds') || '/' || name || '.csv', header = true, all_varchar = true);

create temp table counted_persons as
with delivered as (
    select 'contracts' as measure, 'agii' as agency, 1 as agency_sort_order, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER) as person,
        read_text(CONTRACT_ID) as event_number, code(TYPE_TRAJECT) as type_code,
        day_first(DATUM_ONDERTEKENING) as event_date, read_text(NIS_GEMEENTE) as nis_code,
        code(NATIONALITEIT) as nationality_code, code(GESLACHT) as gender_code, code(DOELGROEP) as target_group_code,
        code(VERBLIJFSREDEN) as residence_status_code
    from landed('agii', 'contracten')
    union all
    select 'contracts', 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer),
        read_text(Contractnummer), code(Traject), day_first("Ondertekend op"),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'contracten')
    union all
    select 'contracts', 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id),
        read_text(contract_id), code(trajectory), year_first(signed_on),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'contracts')
    union all
    select 'attests', 'agii', 1, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER),
        read_text(ATTEST_ID), code(TYPE_ATTEST), day_first(DATUM_ONDERTEKENING),
        read_text(NIS_GEMEENTE), code(NATIONALITEIT), code(GESLACHT), code(DOELGROEP), code(VERBLIJFSREDEN)
    from landed('agii', 'attesten')
    union all
    select 'attests', 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer),
        read_text(Attestnummer), code("Type"), day_first("Behaald op"),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'attesten')
    union all
    select 'attests', 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id),
        read_text(attest_id), code(attest_type), year_first(obtained_on),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'attests')
),
events as (
    select * from delivered where event_date between date '2004-01-01' and reference_date
),
-- Of rows with one number, or without a number, the last row of the file counts.
last_rows as (
    select measure, agency, reference_date, event_number, max(row_number) as row_number
    from events
    group by all
),
counted_types as (
    select event_type as measure, lower(type_code) as type_code from seed('codes/counted_types')
    where is_counted_type = 'true'
),
firsts as (
    select events.measure, events.reference_date, events.person,
        arg_min(
            struct_pack(
                agency, attribution_date := event_date, nis_code, nationality_code, gender_code, target_group_code,
                residence_status_code
            ),
            row(event_date, agency_sort_order, event_number)
        ) as first_event
    from events
    semi join last_rows using (measure, agency, reference_date, row_number)
    semi join counted_types using (measure, type_code)
    group by all
)
select measure, reference_date, cast(null as varchar) as not_registered_reason, unnest(first_event) from firsts;

insert into counted_persons
with delivered as (
    select 'agii' as agency, 1 as agency_sort_order, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER) as person,
        read_text(KBI_NUMMER) as event_number, day_first(EERSTE_EXTRACTIE) as event_date,
        day_first(WERVINGSBRIEF) as letter_sent_on, day_first(AANMELDING) as registered_on,
        code(REDEN_GEEN_AANMELDING) as not_registered_reason_code, read_text(NIS_GEMEENTE) as nis_code,
        code(NATIONALITEIT) as nationality_code, code(GESLACHT) as gender_code, code(DOELGROEP) as target_group_code,
        code(VERBLIJFSREDEN) as residence_status_code
    from landed('agii', 'uitnodigingen')
    union all
    select 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer), read_text(Dossiernummer),
        day_first("Eerste extractie"), day_first(Wervingsbrief), day_first(Aanmelding), code("Reden geen aanmelding"),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'uitnodigingen')
    union all
    select 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id), read_text(dossier_id),
        year_first(first_extraction), year_first(letter_sent), year_first(registered), code(no_show_reason),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'invitations')
),
events as (
    select * replace (
        case when letter_sent_on <= reference_date then letter_sent_on end as letter_sent_on,
        case when registered_on <= reference_date then registered_on end as registered_on
    )
    from delivered
    where event_date between date '2004-01-01' and reference_date
),
last_rows as (
    select agency, reference_date, event_number, max(row_number) as row_number
    from events
    group by all
),
persons as (
    select reference_date, person,
        min(event_date) as first_extraction, min(letter_sent_on) as first_letter, count(registered_on) > 0 as is_registered,
        arg_min(
            struct_pack(
                agency, attribution_date := letter_sent_on, nis_code, nationality_code, gender_code, target_group_code,
                residence_status_code, not_registered_reason_code
            ),
            row(letter_sent_on, event_date, agency_sort_order, event_number)
        ) filter (where letter_sent_on is not null) as first_event
    from events
    semi join last_rows using (agency, reference_date, row_number)
    group by all
),
invited as (
    select * from persons where year(first_extraction) = year(first_letter)
),
reasons as (
    from seed('members/not_registered_reasons') where is_delivered_code = 'true'
)
select 'invited', reference_date, null, first_event.agency, first_event.attribution_date, first_event.nis_code,
    first_event.nationality_code, first_event.gender_code, first_event.target_group_code, first_event.residence_status_code
from invited
union all
select if(is_registered, 'registered', 'not_registered'), reference_date,
    case
        when is_registered then null
        when cast(first_letter + interval 3 months as date) > reference_date then 'TERMIJN_LOOPT_NOG'
        else coalesce(reasons.not_registered_reason, 'ONBEKEND')
    end,
    first_event.agency, first_event.attribution_date, first_event.nis_code, first_event.nationality_code,
    first_event.gender_code, first_event.target_group_code, first_event.residence_status_code
from invited
left join reasons on first_event.not_registered_reason_code = lower(reasons.not_registered_reason);

create temp table nationality_codes as
select 'agii' as dialect, lower(rijksregister_code) as code, nationality from seed('reference/nationalities')
where rijksregister_code is not null
union all
select 'atlas', lower(nationality), nationality from seed('reference/nationalities')
union all
select 'amal', lower(iso_alpha3), nationality from seed('reference/nationalities')
union all
select dialect, lower(code), nationality from seed('codes/special_nationality_codes');

create temp table annex_counts as
-- The dialect of an agency has the name of that agency.
with conformed as (
    select persons.measure, persons.reference_date, year(persons.attribution_date) as year,
        persons.agency,
        coalesce(municipalities.province, 'onbepaald') as province,
        coalesce(provinces.region, 'onbepaald') as region,
        coalesce(cities.working_area, provinces.default_working_area, 'onbepaald') as working_area,
        case
            when nationality_codes.nationality is null then 'onbepaald'
            when memberships.nationality is not null then 'eu'
            else 'niet_eu'
        end as nationality_group,
        coalesce(nationality_codes.nationality, 'onbepaald') as nationality,
        coalesce(gender_codes.gender, 'onbepaald') as gender,
        coalesce(target_group_codes.target_group, 'onbepaald') as target_group,
        statuses.reported_as as residence_status,
        persons.not_registered_reason
    from counted_persons as persons
    left join seed('reference/municipalities') as municipalities
        on persons.nis_code = municipalities.nis_code
    left join seed('members/provinces') as provinces
        on municipalities.province = provinces.province
    left join seed('reference/city_working_areas') as cities
        on municipalities.nis_code = cities.nis_code and persons.attribution_date >= cast(cities.in_area_from as date)
    left join nationality_codes
        on persons.agency = nationality_codes.dialect and persons.nationality_code = nationality_codes.code
    left join seed('reference/eu_memberships') as memberships
        on nationality_codes.nationality = memberships.nationality
        and persons.attribution_date >= cast(memberships.member_from as date)
        and (memberships.member_until is null or persons.attribution_date < cast(memberships.member_until as date))
    left join seed('codes/gender_codes') as gender_codes
        on persons.agency = gender_codes.dialect and persons.gender_code = lower(gender_codes.code)
    left join seed('codes/target_group_codes') as target_group_codes
        on persons.agency = target_group_codes.dialect and persons.target_group_code = lower(target_group_codes.code)
    left join seed('codes/residence_status_codes') as status_codes
        on persons.agency = status_codes.dialect and persons.residence_status_code = lower(status_codes.code)
    left join seed('members/residence_statuses') as statuses
        on coalesce(status_codes.residence_status, 'VR19') = statuses.residence_status
)
select
    reference_date, year, measure,
    case
        when grouping(agency) = 0 then 'agency'
        when grouping(province) = 0 then 'province'
        when grouping(region) = 0 then 'region'
        when grouping(working_area) = 0 then 'working_area'
        when grouping(nationality_group) = 0 then 'nationality_group'
        when grouping(nationality) = 0 then 'nationality'
        when grouping(gender) = 0 then 'gender'
        when grouping(target_group) = 0 then 'target_group'
        when grouping(residence_status) = 0 then 'residence_status'
        when grouping(not_registered_reason) = 0 then 'not_registered_reason'
        else 'total'
    end as breakdown,
    coalesce(
        agency, province, region, working_area, nationality_group, nationality, gender, target_group, residence_status,
        not_registered_reason, 'totaal'
    ) as member,
    count(*) as persons
from conformed
group by grouping sets (
    (measure, reference_date, year), (measure, reference_date, year, agency), (measure, reference_date, year, province),
    (measure, reference_date, year, region), (measure, reference_date, year, working_area),
    (measure, reference_date, year, nationality_group), (measure, reference_date, year, nationality),
    (measure, reference_date, year, gender), (measure, reference_date, year, target_group),
    (measure, reference_date, year, residence_status), (measure, reference_date, year, not_registered_reason)
)
having breakdown <> 'not_registered_reason' or not_registered_reason is not null;

copy annex_counts to (getvariable('result')) (format parquet);
