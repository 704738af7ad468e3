-- Counts the annex straight from the landing, in one script written by hand: the project's rival in its own language.
-- The rules are those of the models; here each stands where it is quickest, and codes are looked up of counted persons only.
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

create temp macro person(agency, is_valid, pseudonym, dossier) as
    case when is_valid then pseudonym else agency || ':' || coalesce(read_text(dossier), '') end;

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
with events as (
    select 'contracts' as measure, 'agii' as agency, 1 as tie_order, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER) as person,
        coalesce(read_text(CONTRACT_ID), '') as number, upper(read_text(TYPE_TRAJECT)) as type,
        day_first(DATUM_ONDERTEKENING) as day, read_text(NIS_GEMEENTE) as nis_code, code(NATIONALITEIT) as nationality,
        code(GESLACHT) as gender, code(DOELGROEP) as target_group, code(VERBLIJFSREDEN) as residence_status
    from landed('agii', 'contracten')
    union all
    select 'contracts', 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer),
        coalesce(read_text(Contractnummer), ''), upper(read_text(Traject)), day_first("Ondertekend op"),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'contracten')
    union all
    select 'contracts', 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id),
        coalesce(read_text(contract_id), ''), upper(read_text(trajectory)), year_first(signed_on),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'contracts')
    union all
    select 'attests', 'agii', 1, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER),
        coalesce(read_text(ATTEST_ID), ''), upper(read_text(TYPE_ATTEST)), day_first(DATUM_ONDERTEKENING),
        read_text(NIS_GEMEENTE), code(NATIONALITEIT), code(GESLACHT), code(DOELGROEP), code(VERBLIJFSREDEN)
    from landed('agii', 'attesten')
    union all
    select 'attests', 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer),
        coalesce(read_text(Attestnummer), ''), upper(read_text("Type")), day_first("Behaald op"),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'attesten')
    union all
    select 'attests', 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id),
        coalesce(read_text(attest_id), ''), upper(read_text(attest_type)), year_first(obtained_on),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'attests')
),
placed as (
    select * from events where day between date '2004-01-01' and reference_date
),
last_rows as (
    select measure, agency, reference_date, number, max(row_number) as row_number
    from placed
    group by all
),
counted_types as (
    select 'contracts' as measure, trajectory_type as type from seed('codes/trajectory_types')
    where is_civic_integration = 'true'
    union all
    select 'attests', attest_type from seed('codes/attest_types')
    where counts_as_attest = 'true'
),
firsts as (
    select placed.measure, placed.reference_date, placed.person,
        arg_min(
            struct_pack(agency, day, nis_code, nationality, gender, target_group, residence_status),
            row(day, tie_order, number)
        ) as row_counted
    from placed
    semi join last_rows using (measure, agency, reference_date, number, row_number)
    semi join counted_types using (measure, type)
    group by all
)
select measure, reference_date, cast(null as varchar) as not_registered_reason, unnest(row_counted) from firsts;

insert into counted_persons
with invitations as (
    select 'agii' as agency, 1 as tie_order, reference_date, row_number,
        person('agii', is_person_number_valid, person_pseudonym, KBI_NUMMER) as person,
        coalesce(read_text(KBI_NUMMER), '') as number, day_first(EERSTE_EXTRACTIE) as extraction,
        day_first(WERVINGSBRIEF) as letter, day_first(AANMELDING) as registration, upper(read_text(REDEN_GEEN_AANMELDING)) as reason,
        read_text(NIS_GEMEENTE) as nis_code, code(NATIONALITEIT) as nationality, code(GESLACHT) as gender,
        code(DOELGROEP) as target_group, code(VERBLIJFSREDEN) as residence_status
    from landed('agii', 'uitnodigingen')
    union all
    select 'atlas', 2, reference_date, row_number,
        person('atlas', is_person_number_valid, person_pseudonym, Dossiernummer), coalesce(read_text(Dossiernummer), ''),
        day_first("Eerste extractie"), day_first(Wervingsbrief), day_first(Aanmelding), upper(read_text("Reden geen aanmelding")),
        read_text("Gemeente (NIS)"), code(Nationaliteit), code(Geslacht), code(Doelgroep), code(Verblijfsreden)
    from landed('atlas', 'uitnodigingen')
    union all
    select 'amal', 3, reference_date, row_number,
        person('amal', is_person_number_valid, person_pseudonym, dossier_id), coalesce(read_text(dossier_id), ''),
        year_first(first_extraction), year_first(letter_sent), year_first(registered), upper(read_text(no_show_reason)),
        read_text(nis_code), code(nationality), code(gender), code(target_group), code(residence_status)
    from landed('amal', 'invitations')
),
placed as (
    select * replace (
        case when letter <= reference_date then letter end as letter,
        case when registration <= reference_date then registration end as registration
    )
    from invitations
    where extraction between date '2004-01-01' and reference_date
),
last_rows as (
    select agency, reference_date, number, max(row_number) as row_number
    from placed
    group by all
),
persons as (
    select reference_date, person,
        min(extraction) as first_extraction, min(letter) as first_letter, count(registration) > 0 as is_registered,
        arg_min(
            struct_pack(agency, day := letter, nis_code, nationality, gender, target_group, residence_status, reason),
            row(letter, extraction, tie_order, number)
        ) filter (where letter is not null) as row_counted
    from placed
    semi join last_rows using (agency, reference_date, number, row_number)
    group by all
),
invited as (
    select * from persons where year(first_extraction) = year(first_letter)
),
reasons as (
    from seed('members/no_show_reasons') where is_delivered_code = 'true'
)
select 'invited', reference_date, null, row_counted.agency, row_counted.day, row_counted.nis_code, row_counted.nationality,
    row_counted.gender, row_counted.target_group, row_counted.residence_status
from invited
union all
select if(is_registered, 'registered', 'not_registered'), reference_date,
    case
        when is_registered then null
        when cast(first_letter + interval 3 months as date) > reference_date then 'TERMIJN_LOOPT_NOG'
        else coalesce(reasons.no_show_reason, 'ONBEKEND')
    end,
    row_counted.agency, row_counted.day, row_counted.nis_code, row_counted.nationality, row_counted.gender,
    row_counted.target_group, row_counted.residence_status
from invited
left join reasons on row_counted.reason = reasons.no_show_reason;

create temp table nationality_codes as
select 'agii' as agency, lower(rijksregister_code) as code, nationality from seed('reference/nationalities')
where rijksregister_code is not null
union all
select 'atlas', lower(nationality), nationality from seed('reference/nationalities')
union all
select 'amal', lower(iso_alpha3), nationality from seed('reference/nationalities')
union all
select agency, lower(code), nationality from seed('codes/special_nationality_codes');

create temp table annex_counts as
with attributed as (
    select persons.measure, persons.reference_date, year(persons.day) as year,
        persons.agency,
        coalesce(municipalities.province, 'onbepaald') as province,
        case
            when nationalities.nationality is null then 'onbepaald'
            when memberships.nationality is not null then 'eu'
            else 'niet_eu'
        end as nationality_group,
        coalesce(nationalities.nationality, 'onbepaald') as nationality,
        coalesce(genders.gender, 'onbepaald') as gender,
        coalesce(target_groups.target_group, 'onbepaald') as target_group,
        statuses_reported.reported_as as residence_status,
        persons.not_registered_reason
    from counted_persons as persons
    left join seed('reference/municipalities') as municipalities
        on persons.nis_code = municipalities.nis_code
    left join nationality_codes as nationalities
        on persons.agency = nationalities.agency and persons.nationality = nationalities.code
    left join seed('reference/eu_memberships') as memberships
        on nationalities.nationality = memberships.nationality
        and persons.day >= cast(memberships.member_from as date)
        and (memberships.member_until is null or persons.day < cast(memberships.member_until as date))
    left join seed('codes/gender_codes') as genders
        on persons.agency = genders.agency and persons.gender = lower(genders.code)
    left join seed('codes/target_group_codes') as target_groups
        on persons.agency = target_groups.agency and persons.target_group = lower(target_groups.code)
    left join seed('codes/residence_status_codes') as statuses
        on persons.agency = statuses.agency and persons.residence_status = lower(statuses.code)
    left join seed('members/residence_statuses') as statuses_reported
        on coalesce(statuses.residence_status, 'VR19') = statuses_reported.residence_status
)
select
    reference_date, year, measure,
    case
        when grouping(agency) = 0 then 'agency'
        when grouping(province) = 0 then 'province'
        when grouping(nationality_group) = 0 then 'nationality_group'
        when grouping(nationality) = 0 then 'nationality'
        when grouping(gender) = 0 then 'gender'
        when grouping(target_group) = 0 then 'target_group'
        when grouping(residence_status) = 0 then 'residence_status'
        when grouping(not_registered_reason) = 0 then 'not_registered_reason'
        else 'total'
    end as breakdown,
    coalesce(
        agency, province, nationality_group, nationality, gender, target_group, residence_status, not_registered_reason, 'totaal'
    ) as member,
    count(*) as persons
from attributed
group by grouping sets (
    (measure, reference_date, year), (measure, reference_date, year, agency), (measure, reference_date, year, province),
    (measure, reference_date, year, nationality_group), (measure, reference_date, year, nationality),
    (measure, reference_date, year, gender), (measure, reference_date, year, target_group),
    (measure, reference_date, year, residence_status), (measure, reference_date, year, not_registered_reason)
)
having breakdown <> 'not_registered_reason' or not_registered_reason is not null;

copy annex_counts to (getvariable('result')) (format parquet);
