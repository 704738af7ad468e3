-- One script, written by hand, that does all that `dbt build` does with rows: it keeps events with the reason why one is rejected,
-- facts, trajectories, warnings, the crossed figures, medians and what changed since the reference date before, and checks them.
-- Its tables have the names of the models, and hold the same rows. It has no labels, views for feedback or descriptions.
set memory_limit = '3500MB';

create macro text(value) as nullif(regexp_extract(value, '(?s)[^\t\n\x0b\x0c\r \x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}](?:.*[^\t\n\x0b\x0c\r \x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}])?', 0), '');

create macro day_first(value) as try_cast(
    regexp_replace(regexp_extract(value, '^[0-9]{2}/[0-9]{2}/[0-9]{4}$', 0), '(..)/(..)/(....)', '\3-\2-\1') as date
);

create macro year_first(value) as try_cast(regexp_extract(value, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 0) as date);

create macro landed(agency, table_name) as table
    select delivered.* replace (cast(reference_date as date) as reference_date)
    from read_parquet(
        getvariable('landing') || '/agency=' || agency || '/reference_date=*/version=*/' || table_name || '.parquet',
        hive_partitioning = true, hive_types_autocast = false
    ) as delivered
    semi join (
        select reference_date, cast(max(cast(version as integer)) as varchar) as version
        from read_parquet(
            getvariable('landing') || '/agency=' || agency || '/reference_date=*/version=*/delivery.parquet',
            hive_partitioning = true, hive_types_autocast = false
        )
        group by reference_date
    ) as newest using (reference_date, version);

create macro seed(name) as table
    from read_csv(getvariable('seeds') || '/' || name || '.csv', header = true, all_varchar = true);

create table stg_landing__current_files as
select agency, reference_date, event_type, rows_delivered
from (values ('agii'), ('atlas'), ('amal')) as agencies(agency)
cross join lateral (select * exclude (agency) from landed('*', 'delivery') as files where files.agency = agencies.agency);

-- Rows -----------------------------------------------------------------------------------------------------------------
create table int_events as
with delivered as (
    select 'agii' as agency, 'day_first' as date_form, reference_date, event_type, row_number, person_pseudonym,
        is_person_number_valid,
        text("KBI_NUMMER") as dossier_number, text("NIS_GEMEENTE") as nis_code, text("NATIONALITEIT") as nationality_code,
        text("GESLACHT") as gender_code, text("DOELGROEP") as target_group_code, text("VERBLIJFSREDEN") as residence_status_code,
        text("KBI_NUMMER") as event_number, text("EERSTE_EXTRACTIE") as event_date_as_delivered, cast(null as varchar) as
            type_code, text("WERVINGSBRIEF") as letter_sent_on_as_delivered, text("AANMELDING") as registered_on_as_delivered,
            text("REDEN_GEEN_AANMELDING") as not_registered_reason_code
    from landed('agii', 'uitnodigingen')
    union all
    select 'agii', 'day_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("KBI_NUMMER"), text("NIS_GEMEENTE"), text("NATIONALITEIT"),
        text("GESLACHT"), text("DOELGROEP"), text("VERBLIJFSREDEN"),
        text("CONTRACT_ID"), text("DATUM_ONDERTEKENING"), text("TYPE_TRAJECT"), null, null, null
    from landed('agii', 'contracten')
    union all
    select 'agii', 'day_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("KBI_NUMMER"), text("NIS_GEMEENTE"), text("NATIONALITEIT"),
        text("GESLACHT"), text("DOELGROEP"), text("VERBLIJFSREDEN"),
        text("ATTEST_ID"), text("DATUM_ONDERTEKENING"), text("TYPE_ATTEST"), null, null, null
    from landed('agii', 'attesten')
    union all
    select 'atlas', 'day_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("Dossiernummer"), text("Gemeente (NIS)"), text("Nationaliteit"),
        text("Geslacht"), text("Doelgroep"), text("Verblijfsreden"),
        text("Dossiernummer"), text("Eerste extractie"), null, text("Wervingsbrief"), text("Aanmelding"),
            text("Reden geen aanmelding")
    from landed('atlas', 'uitnodigingen')
    union all
    select 'atlas', 'day_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("Dossiernummer"), text("Gemeente (NIS)"), text("Nationaliteit"),
        text("Geslacht"), text("Doelgroep"), text("Verblijfsreden"),
        text("Contractnummer"), text("Ondertekend op"), text("Traject"), null, null, null
    from landed('atlas', 'contracten')
    union all
    select 'atlas', 'day_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("Dossiernummer"), text("Gemeente (NIS)"), text("Nationaliteit"),
        text("Geslacht"), text("Doelgroep"), text("Verblijfsreden"),
        text("Attestnummer"), text("Behaald op"), text("Type"), null, null, null
    from landed('atlas', 'attesten')
    union all
    select 'amal', 'year_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("dossier_id"), text("nis_code"), text("nationality"),
        text("gender"), text("target_group"), text("residence_status"),
        text("dossier_id"), text("first_extraction"), null, text("letter_sent"), text("registered"), text("no_show_reason")
    from landed('amal', 'invitations')
    union all
    select 'amal', 'year_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("dossier_id"), text("nis_code"), text("nationality"),
        text("gender"), text("target_group"), text("residence_status"),
        text("contract_id"), text("signed_on"), text("trajectory"), null, null, null
    from landed('amal', 'contracts')
    union all
    select 'amal', 'year_first', reference_date, event_type, row_number, person_pseudonym, is_person_number_valid,
        text("dossier_id"), text("nis_code"), text("nationality"),
        text("gender"), text("target_group"), text("residence_status"),
        text("attest_id"), text("obtained_on"), text("attest_type"), null, null, null
    from landed('amal', 'attests')
),
read as (
    select *,
        if(date_form = 'day_first', day_first(event_date_as_delivered), year_first(event_date_as_delivered)) as event_date,
        if(date_form = 'day_first', day_first(letter_sent_on_as_delivered), year_first(letter_sent_on_as_delivered)) as letter,
        if(date_form = 'day_first', day_first(registered_on_as_delivered), year_first(registered_on_as_delivered)) as registered
    from delivered
),
judged as (
    select *,
        case
            when event_date between date '2004-01-01' and reference_date then null
            when event_date_as_delivered is null then 'missing_event_date'
            when event_date is null then 'unreadable_event_date'
            when event_date > reference_date then 'event_date_after_reference_date'
            else 'event_date_too_early'
        end as unusable_date
    from read
),
-- Of rows with one number the last in the file stays; the others say whether it holds the same.
repeated as (
    select agency, reference_date, event_type, event_number,
        max_by(
            hash(lower(nis_code), lower(nationality_code), lower(gender_code), lower(target_group_code),
                lower(residence_status_code), lower(type_code), lower(not_registered_reason_code), person_pseudonym,
                dossier_number, event_date_as_delivered, letter_sent_on_as_delivered, registered_on_as_delivered), row_number
        ) as content,
        max(row_number) as last_row
    from judged
    where unusable_date is null and event_number is not null
    group by all
    having count(*) > 1
)
select agency, reference_date, event_type, row_number,
    cast('0x' || if(
        is_person_number_valid,
        person_pseudonym[:32],
        md5(agency || ':' || coalesce(dossier_number, 'row:' || event_type || ':' || row_number))
    ) as uhugeint) as person_key,
    is_person_number_valid, dossier_number, event_number, event_date_as_delivered, event_date, type_code,
    letter_sent_on_as_delivered, if(letter between date '2004-01-01' and reference_date, letter, null) as letter_sent_on,
    registered_on_as_delivered, if(registered between date '2004-01-01' and reference_date, registered, null) as registered_on,
    not_registered_reason_code, nis_code, nationality_code, gender_code, target_group_code, residence_status_code,
    case
        when unusable_date is not null then unusable_date
        when last_row is null or row_number = last_row then null
        when hash(lower(nis_code), lower(nationality_code), lower(gender_code), lower(target_group_code),
            lower(residence_status_code), lower(type_code), lower(not_registered_reason_code), person_pseudonym, dossier_number,
            event_date_as_delivered, letter_sent_on_as_delivered, registered_on_as_delivered) = content then 'duplicate'
        else 'superseded'
    end as rejection_reason
from judged
left join repeated using (agency, reference_date, event_type, event_number);

create table int_rejected_rows as
select agency, reference_date, event_type, row_number, rejection_reason from int_events where rejection_reason is not null
union all
select broken.agency, broken.reference_date, event_type, row_number, reason
from (values ('agii'), ('atlas'), ('amal')) as agencies(agency)
cross join lateral (
    select * from landed('*', 'broken_rows') as rows where rows.agency = agencies.agency
) as broken;

-- Facts ----------------------------------------------------------------------------------------------------------------
create temp table nationality_codes as
select 'agii' as dialect, lower(rijksregister_code) as code, nationality, 'country' as kind from seed('reference/nationalities')
where rijksregister_code is not null
union all
select 'atlas', lower(nationality), nationality, 'country' from seed('reference/nationalities')
union all
select 'amal', lower(iso_alpha3), nationality, 'country' from seed('reference/nationalities') where iso_alpha3 is not null
union all
select dialect, lower(code), nationality, kind from seed('codes/special_nationality_codes');

-- The dialect of an agency has the name of that agency.
create macro conformed(kind) as table
    select e.reference_date, e.agency, array_position(['agii', 'atlas', 'amal'], e.agency) as agency_sort_order,
        e.row_number, e.person_key, e.dossier_number, e.event_number, e.event_date, e.letter_sent_on, e.registered_on,
            e.type_code,
        coalesce(types.is_counted_type = 'true', false) as is_counted_type,
        coalesce(reasons.not_registered_reason, 'ONBEKEND') as not_registered_reason,
        coalesce(municipalities.province, 'onbepaald') as province,
        coalesce(provinces.region, 'onbepaald') as region,
        coalesce(cities.working_area, provinces.default_working_area, 'onbepaald') as working_area,
        case
            when nationality_codes.nationality is null then 'onbepaald'
            when memberships.nationality is not null then 'eu'
            else 'niet_eu'
        end as nationality_group,
        coalesce(nationality_codes.nationality, 'onbepaald') as nationality,
        coalesce(genders.gender, 'onbepaald') as gender,
        coalesce(target_groups.target_group, 'onbepaald') as target_group,
        coalesce(statuses.reported_as, 'VR19') as residence_status,
        coalesce(statuses.residence_status, 'VR19') as own_residence_status,
        list_filter([
            case when not e.is_person_number_valid then 'invalid_person_number' end,
            case when e.event_number is null then 'missing_event_number' end,
            case when e.nis_code is null then 'empty_nis_code' end,
            case when e.nis_code is not null and municipalities.nis_code is null then 'unknown_nis_code' end,
            case when e.attribution_date < cast(municipalities.valid_from as date) or e.attribution_date >=
                cast(municipalities.valid_until as date) then 'nis_code_not_valid_on_day' end,
            case when e.nationality_code is null then 'empty_nationality' end,
            case when e.nationality_code is not null and nationality_codes.code is null then 'unknown_nationality' end,
            case when nationality_codes.kind = 'former_state' then 'former_state' end,
            case when e.gender_code is null then 'empty_gender' end,
            case when e.gender_code is not null and genders.code is null then 'unknown_gender' end,
            case when e.target_group_code is null then 'empty_target_group' end,
            case when e.target_group_code is not null and target_groups.code is null then 'unknown_target_group' end,
            case when e.residence_status_code is null then 'empty_residence_status' end,
            case when e.residence_status_code is not null and status_codes.code is null then 'unknown_residence_status' end,
            case when e.event_type <> 'invitations' and e.type_code is null then 'empty_type_code' end,
            case when e.type_code is not null and types.type_code is null then 'unknown_type_code' end,
            case when e.not_registered_reason_code is not null and reasons.not_registered_reason is null then
                'unknown_not_registered_reason' end,
            case when e.letter_sent_on_as_delivered is not null and e.letter_sent_on is null then 'unusable_letter_date' end,
            case when e.registered_on_as_delivered is not null and e.registered_on is null then 'unusable_registration_date' end,
            case when e.letter_sent_on < e.event_date then 'letter_before_extraction' end,
            case when e.registered_on < e.event_date then 'registration_before_extraction' end
        ], lambda warning: warning is not null) as warnings
    from (
        select *, coalesce(letter_sent_on, event_date) as attribution_date from int_events
        where event_type = kind and rejection_reason is null
    ) as e
    left join seed('codes/counted_types') as types
        on types.event_type = kind and lower(e.type_code) = lower(types.type_code)
    left join seed('members/not_registered_reasons') as reasons
        on lower(e.not_registered_reason_code) = lower(reasons.not_registered_reason) and reasons.is_delivered_code = 'true'
    left join seed('reference/municipalities') as municipalities on e.nis_code = municipalities.nis_code
    left join seed('members/provinces') as provinces on municipalities.province = provinces.province
    left join seed('reference/city_working_areas') as cities
        on municipalities.nis_code = cities.nis_code and e.attribution_date >= cast(cities.in_area_from as date)
    left join nationality_codes
        on e.agency = nationality_codes.dialect and lower(e.nationality_code) = nationality_codes.code
    left join seed('reference/eu_memberships') as memberships
        on nationality_codes.nationality = memberships.nationality
        and e.attribution_date >= cast(memberships.member_from as date)
        and (memberships.member_until is null or e.attribution_date < cast(memberships.member_until as date))
    left join seed('codes/gender_codes') as genders on e.agency = genders.dialect and lower(e.gender_code) = lower(genders.code)
    left join seed('codes/target_group_codes') as target_groups
        on e.agency = target_groups.dialect and lower(e.target_group_code) = lower(target_groups.code)
    left join seed('codes/residence_status_codes') as status_codes
        on e.agency = status_codes.dialect and lower(e.residence_status_code) = lower(status_codes.code)
    left join seed('members/residence_statuses') as statuses on status_codes.residence_status = statuses.residence_status;

create table fct_contracts as
select * exclude (agency_sort_order, letter_sent_on, registered_on, not_registered_reason),
    year(event_date) as year,
    is_counted_type and row_number() over (
        partition by reference_date, person_key, is_counted_type
        order by event_date, agency_sort_order, event_number nulls last, row_number
    ) = 1 as is_first_contract
from conformed('contracts');

create table fct_attests as
select * exclude (agency_sort_order, letter_sent_on, registered_on, not_registered_reason),
    year(event_date) as year,
    is_counted_type and row_number() over (
        partition by reference_date, person_key, is_counted_type
        order by event_date, agency_sort_order, event_number nulls last, row_number
    ) = 1 as is_first_attest
from conformed('attests');

create table fct_invitations as
with terms as (
    select province, cast(months as integer) as months, cast(letters_from as date) as letters_from,
        coalesce(lead(cast(letters_from as date)) over (partition by province order by letters_from), date '9999-12-31')
            as replaced_from
    from seed('lists/registration_terms')
),
of_the_person as (
    select *,
        min(event_date) over one_person as first_extraction,
        min(letter_sent_on) over one_person as first_letter,
        count(registered_on) over one_person > 0 as is_registered,
        letter_sent_on is not null and row_number() over (
            partition by reference_date, person_key
            order by letter_sent_on nulls last, event_date, agency_sort_order, event_number nulls last, row_number
        ) = 1 as carries_first_letter
    from conformed('invitations')
    window one_person as (partition by reference_date, person_key)
),
flagged as (
    select of_the_person.*,
        year(first_extraction) as extraction_year,
        year(first_letter) as year,
        coalesce(carries_first_letter and year(first_extraction) = year(first_letter), false) as is_invited,
        coalesce(
            carries_first_letter and month(first_extraction) = 12 and month(first_letter) = 1
            and year(first_letter) = year(first_extraction) + 1,
            false
        ) as is_december_case,
        cast(first_letter + to_months(coalesce(of_province.months, everywhere.months)) as date) > reference_date as is_in_term
    from of_the_person
    left join terms as everywhere
        on everywhere.province = 'everywhere' and first_letter >= everywhere.letters_from
        and first_letter < everywhere.replaced_from
    left join terms as of_province
        on of_the_person.province = of_province.province and first_letter >= of_province.letters_from
        and first_letter < of_province.replaced_from
)
select * exclude (
        agency_sort_order, type_code, is_counted_type, first_extraction, first_letter, carries_first_letter, is_in_term,
        not_registered_reason
    ),
    case
        when not is_invited or is_registered then null
        when is_in_term then 'TERMIJN_LOOPT_NOG'
        else not_registered_reason
    end as not_registered_reason
from flagged;

create table int_event_warnings as
select agency, reference_date, 'invitations' as event_type, row_number, unnest(warnings) as warning from fct_invitations
where len(warnings) > 0
union all
select agency, reference_date, 'contracts', row_number, unnest(warnings) from fct_contracts where len(warnings) > 0
union all
select agency, reference_date, 'attests', row_number, unnest(warnings) from fct_attests where len(warnings) > 0
union all
select attests.agency, attests.reference_date, 'attests', attests.row_number, 'attest_before_first_contract'
from fct_attests as attests
inner join fct_contracts as contracts using (reference_date, person_key)
where contracts.is_first_contract and attests.is_counted_type and attests.event_date < contracts.event_date
union all
select agency, reference_date, event_type, row_number, 'implausibly_many_rows'
from int_events
semi join (
    select agency, reference_date, event_type, person_key from int_events where rejection_reason is null
    group by all having count(*) > 20
) as crowded using (agency, reference_date, event_type, person_key)
where rejection_reason is null;

-- From letter to contract to attest ------------------------------------------------------------------------------------
-- A month is full on the same day of the next one, or on its last day where it has no such day.
create macro months_by_calendar(since, until) as (year(until) - year(since)) * 12 + month(until) - month(since);

create macro months_taken(since, until) as cast(case
    when until <= since then 0
    when cast(since + to_months(months_by_calendar(since, until)) as date) < until then months_by_calendar(since, until) + 1
    else months_by_calendar(since, until)
end as integer);

create macro months_passed(since, until) as cast(
    months_by_calendar(since, until)
    - if(cast(since + to_months(months_by_calendar(since, until)) as date) > until, 1, 0) as integer
);

create table fct_trajectories as
with first_dates as (
    select reference_date, person_key,
        min(event_date) as first_extraction, min(letter_sent_on) as first_letter, min(registered_on) as first_registration
    from fct_invitations
    group by all
),
invitations as (
    select reference_date, person_key, is_registered, not_registered_reason,
        letter_sent_on as invitation_date, year as invitation_year, agency as invitation_agency, row_number as
            invitation_row_number, event_number as invitation_event_number,
        province as invitation_province, region as invitation_region, working_area as invitation_working_area, nationality_group
            as invitation_nationality_group, nationality as invitation_nationality, gender as invitation_gender, target_group as
            invitation_target_group, residence_status as invitation_residence_status, own_residence_status as
            invitation_own_residence_status
    from fct_invitations
    where is_invited
),
contracts as (
    select reference_date, person_key,
        event_date as contract_date, year as contract_year, agency as contract_agency, row_number as contract_row_number,
            event_number as contract_event_number,
        province as contract_province, region as contract_region, working_area as contract_working_area, nationality_group as
            contract_nationality_group, nationality as contract_nationality, gender as contract_gender, target_group as
            contract_target_group, residence_status as contract_residence_status, own_residence_status as
            contract_own_residence_status
    from fct_contracts
    where is_first_contract
),
attests as (
    select reference_date, person_key,
        event_date as attest_date, year as attest_year, agency as attest_agency, row_number as attest_row_number, event_number
            as attest_event_number,
        province as attest_province, region as attest_region, working_area as attest_working_area, nationality_group as
            attest_nationality_group, nationality as attest_nationality, gender as attest_gender, target_group as
            attest_target_group, residence_status as attest_residence_status, own_residence_status as
            attest_own_residence_status
    from fct_attests
    where is_first_attest
)
select *,
    months_taken(invitation_date, first_registration) as months_to_registration,
    months_taken(invitation_date, contract_date) as months_to_contract,
    months_taken(contract_date, attest_date) as months_to_attest,
    months_passed(invitation_date, reference_date) as months_since_invitation,
    months_passed(contract_date, reference_date) as months_since_contract
from first_dates
left join invitations using (reference_date, person_key)
full join contracts using (reference_date, person_key)
full join attests using (reference_date, person_key);

-- Figures --------------------------------------------------------------------------------------------------------------
create macro linked_year(earlier, later, year_of_other, other) as case
    when other is null then 'none' when later < earlier then 'other_order' else cast(year_of_other as varchar)
end;

create temp table counted_persons as
with of_steps as (
    select 'contracts' as measure, 'contracts' as event_type, reference_date, person_key,
        contract_year as year, contract_agency as agency, contract_row_number as row_number, contract_event_number as
            event_number,
        contract_province as province, contract_region as region, contract_working_area as working_area,
            contract_nationality_group as nationality_group, contract_nationality as nationality, contract_gender as gender,
            contract_target_group as target_group, contract_residence_status as residence_status, contract_own_residence_status
            as own_residence_status,
        cast(null as varchar) as not_registered_reason,
        cast(null as varchar) as next_contract_year, linked_year(invitation_date, contract_date, invitation_year,
            invitation_date) as previous_invitation_year,
        linked_year(contract_date, attest_date, attest_year, attest_date) as next_attest_year, cast(null as varchar) as
            previous_contract_year,
        cast(null as integer) as months_to_registration, cast(null as integer) as months_to_contract, months_to_attest as
            months_to_attest
    from fct_trajectories
    where contract_date is not null
    union all
    select 'attests' as measure, 'attests' as event_type, reference_date, person_key,
        attest_year as year, attest_agency as agency, attest_row_number as row_number, attest_event_number as event_number,
        attest_province as province, attest_region as region, attest_working_area as working_area, attest_nationality_group as
            nationality_group, attest_nationality as nationality, attest_gender as gender, attest_target_group as target_group,
            attest_residence_status as residence_status, attest_own_residence_status as own_residence_status,
        cast(null as varchar) as not_registered_reason,
        cast(null as varchar) as next_contract_year, cast(null as varchar) as previous_invitation_year,
        cast(null as varchar) as next_attest_year, linked_year(contract_date, attest_date, contract_year, contract_date) as
            previous_contract_year,
        cast(null as integer) as months_to_registration, cast(null as integer) as months_to_contract, cast(null as integer) as
            months_to_attest
    from fct_trajectories
    where attest_date is not null
    union all
    select 'invited' as measure, 'invitations' as event_type, reference_date, person_key,
        invitation_year as year, invitation_agency as agency, invitation_row_number as row_number, invitation_event_number as
            event_number,
        invitation_province as province, invitation_region as region, invitation_working_area as working_area,
            invitation_nationality_group as nationality_group, invitation_nationality as nationality, invitation_gender as
            gender, invitation_target_group as target_group, invitation_residence_status as residence_status,
            invitation_own_residence_status as own_residence_status,
        cast(null as varchar) as not_registered_reason,
        linked_year(invitation_date, contract_date, contract_year, contract_date) as next_contract_year, cast(null as varchar)
            as previous_invitation_year,
        cast(null as varchar) as next_attest_year, cast(null as varchar) as previous_contract_year,
        months_to_registration as months_to_registration, months_to_contract as months_to_contract, cast(null as integer) as
            months_to_attest
    from fct_trajectories
    where invitation_date is not null
    union all
    select 'registered' as measure, 'invitations' as event_type, reference_date, person_key,
        invitation_year as year, invitation_agency as agency, invitation_row_number as row_number, invitation_event_number as
            event_number,
        invitation_province as province, invitation_region as region, invitation_working_area as working_area,
            invitation_nationality_group as nationality_group, invitation_nationality as nationality, invitation_gender as
            gender, invitation_target_group as target_group, invitation_residence_status as residence_status,
            invitation_own_residence_status as own_residence_status,
        cast(null as varchar) as not_registered_reason,
        linked_year(invitation_date, contract_date, contract_year, contract_date) as next_contract_year, cast(null as varchar)
            as previous_invitation_year,
        cast(null as varchar) as next_attest_year, cast(null as varchar) as previous_contract_year,
        months_to_registration as months_to_registration, months_to_contract as months_to_contract, cast(null as integer) as
            months_to_attest
    from fct_trajectories
    where invitation_date is not null and is_registered
    union all
    select 'not_registered' as measure, 'invitations' as event_type, reference_date, person_key,
        invitation_year as year, invitation_agency as agency, invitation_row_number as row_number, invitation_event_number as
            event_number,
        invitation_province as province, invitation_region as region, invitation_working_area as working_area,
            invitation_nationality_group as nationality_group, invitation_nationality as nationality, invitation_gender as
            gender, invitation_target_group as target_group, invitation_residence_status as residence_status,
            invitation_own_residence_status as own_residence_status,
        not_registered_reason,
        linked_year(invitation_date, contract_date, contract_year, contract_date) as next_contract_year, cast(null as varchar)
            as previous_invitation_year,
        cast(null as varchar) as next_attest_year, cast(null as varchar) as previous_contract_year,
        months_to_registration as months_to_registration, months_to_contract as months_to_contract, cast(null as integer) as
            months_to_attest
    from fct_trajectories
    where invitation_date is not null and not is_registered
),
-- Who took the next step within some months counts under a measure of its own too.
measures as (
    select measure, measure as of_measure, null as next_step, null as within_months from seed('lists/measures') where unit =
        'persons'
    union all
    select numerator, denominator, next_step, cast(within_months as integer) from seed('lists/measures')
    where within_months is not null
)
select measures.measure, of_steps.* exclude (measure)
from of_steps
inner join measures
    on of_steps.measure = measures.of_measure
    and (
        measures.within_months is null
        or measures.within_months >= case measures.next_step
            when 'registration' then months_to_registration
            when 'contract' then months_to_contract
            when 'attest' then months_to_attest
        end
    );

create temp table combinations as
select measure, reference_date, year, agency, province, region, working_area, nationality_group, nationality, gender,
    target_group, residence_status, not_registered_reason, next_contract_year, previous_invitation_year, next_attest_year,
    previous_contract_year, count(*) as persons
from counted_persons
group by all;

-- Members as numbers are added up twice as quickly as members as texts.
create type member as enum (
    select distinct member from (select unnest([agency, province, region, working_area, nationality_group, nationality, gender,
        target_group, residence_status, not_registered_reason, next_contract_year, previous_invitation_year, next_attest_year,
        previous_contract_year]) as member from combinations) where member is not null
);

create table annex_cube as
with numbered as (
    select measure, reference_date, year, persons,
        cast(agency as member) as agency,
        cast(province as member) as province,
        cast(region as member) as region,
        cast(working_area as member) as working_area,
        cast(nationality_group as member) as nationality_group,
        cast(nationality as member) as nationality,
        cast(gender as member) as gender,
        cast(target_group as member) as target_group,
        cast(residence_status as member) as residence_status,
        cast(not_registered_reason as member) as not_registered_reason,
        cast(next_contract_year as member) as next_contract_year,
        cast(previous_invitation_year as member) as previous_invitation_year,
        cast(next_attest_year as member) as next_attest_year,
        cast(previous_contract_year as member) as previous_contract_year
    from combinations
),
counts as (
    select measure, reference_date, year,
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
            when grouping(next_contract_year) = 0 then 'next_contract_year'
            when grouping(previous_invitation_year) = 0 then 'previous_invitation_year'
            when grouping(next_attest_year) = 0 then 'next_attest_year'
            when grouping(previous_contract_year) = 0 then 'previous_contract_year'
        end as breakdown,
        case
            when grouping(agency) = 0 then agency
            when grouping(province) = 0 then province
            when grouping(region) = 0 then region
            when grouping(working_area) = 0 then working_area
            when grouping(nationality_group) = 0 then nationality_group
            when grouping(nationality) = 0 then nationality
            when grouping(gender) = 0 then gender
            when grouping(target_group) = 0 then target_group
            when grouping(residence_status) = 0 then residence_status
            when grouping(not_registered_reason) = 0 then not_registered_reason
            when grouping(next_contract_year) = 0 then next_contract_year
            when grouping(previous_invitation_year) = 0 then previous_invitation_year
            when grouping(next_attest_year) = 0 then next_attest_year
            when grouping(previous_contract_year) = 0 then previous_contract_year
        end as member,
        case
            when grouping(previous_contract_year) = 0 then 'previous_contract_year'
            when grouping(next_attest_year) = 0 then 'next_attest_year'
            when grouping(previous_invitation_year) = 0 then 'previous_invitation_year'
            when grouping(next_contract_year) = 0 then 'next_contract_year'
            when grouping(not_registered_reason) = 0 then 'not_registered_reason'
            when grouping(residence_status) = 0 then 'residence_status'
            when grouping(target_group) = 0 then 'target_group'
            when grouping(gender) = 0 then 'gender'
            when grouping(nationality) = 0 then 'nationality'
            when grouping(nationality_group) = 0 then 'nationality_group'
            when grouping(working_area) = 0 then 'working_area'
            when grouping(region) = 0 then 'region'
            when grouping(province) = 0 then 'province'
            when grouping(agency) = 0 then 'agency'
        end as second_breakdown,
        case
            when grouping(previous_contract_year) = 0 then previous_contract_year
            when grouping(next_attest_year) = 0 then next_attest_year
            when grouping(previous_invitation_year) = 0 then previous_invitation_year
            when grouping(next_contract_year) = 0 then next_contract_year
            when grouping(not_registered_reason) = 0 then not_registered_reason
            when grouping(residence_status) = 0 then residence_status
            when grouping(target_group) = 0 then target_group
            when grouping(gender) = 0 then gender
            when grouping(nationality) = 0 then nationality
            when grouping(nationality_group) = 0 then nationality_group
            when grouping(working_area) = 0 then working_area
            when grouping(region) = 0 then region
            when grouping(province) = 0 then province
            when grouping(agency) = 0 then agency
        end as second_member,
        cast(sum(persons) as bigint) as persons
    from numbered
    group by measure, reference_date, year, grouping sets (
        (),
        (agency), (agency, province), (agency, region), (agency, working_area), (agency, nationality_group), (agency,
            nationality), (agency, gender), (agency, target_group), (agency, residence_status), (agency, not_registered_reason),
            (agency, next_contract_year), (agency, previous_invitation_year), (agency, next_attest_year), (agency,
            previous_contract_year),
        (province), (province, region), (province, working_area), (province, nationality_group), (province, nationality),
            (province, gender), (province, target_group), (province, residence_status), (province, not_registered_reason),
            (province, next_contract_year), (province, previous_invitation_year), (province, next_attest_year), (province,
            previous_contract_year),
        (region), (region, working_area), (region, nationality_group), (region, nationality), (region, gender), (region,
            target_group), (region, residence_status), (region, not_registered_reason), (region, next_contract_year), (region,
            previous_invitation_year), (region, next_attest_year), (region, previous_contract_year),
        (working_area), (working_area, nationality_group), (working_area, nationality), (working_area, gender), (working_area,
            target_group), (working_area, residence_status), (working_area, not_registered_reason), (working_area,
            next_contract_year), (working_area, previous_invitation_year), (working_area, next_attest_year), (working_area,
            previous_contract_year),
        (nationality_group), (nationality_group, nationality), (nationality_group, gender), (nationality_group, target_group),
            (nationality_group, residence_status), (nationality_group, not_registered_reason), (nationality_group,
            next_contract_year), (nationality_group, previous_invitation_year), (nationality_group, next_attest_year),
            (nationality_group, previous_contract_year),
        (nationality), (nationality, gender), (nationality, target_group), (nationality, residence_status), (nationality,
            not_registered_reason), (nationality, next_contract_year), (nationality, previous_invitation_year), (nationality,
            next_attest_year), (nationality, previous_contract_year),
        (gender), (gender, target_group), (gender, residence_status), (gender, not_registered_reason), (gender,
            next_contract_year), (gender, previous_invitation_year), (gender, next_attest_year), (gender,
            previous_contract_year),
        (target_group), (target_group, residence_status), (target_group, not_registered_reason), (target_group,
            next_contract_year), (target_group, previous_invitation_year), (target_group, next_attest_year), (target_group,
            previous_contract_year),
        (residence_status), (residence_status, not_registered_reason), (residence_status, next_contract_year),
            (residence_status, previous_invitation_year), (residence_status, next_attest_year), (residence_status,
            previous_contract_year),
        (not_registered_reason), (not_registered_reason, next_contract_year), (not_registered_reason, previous_invitation_year),
            (not_registered_reason, next_attest_year), (not_registered_reason, previous_contract_year),
        (next_contract_year), (next_contract_year, previous_invitation_year), (next_contract_year, next_attest_year),
            (next_contract_year, previous_contract_year),
        (previous_invitation_year), (previous_invitation_year, next_attest_year), (previous_invitation_year,
            previous_contract_year),
        (next_attest_year), (next_attest_year, previous_contract_year),
        (previous_contract_year)
    )
)
select measure, reference_date, year,
    coalesce(breakdown, 'total') as breakdown, coalesce(cast(member as varchar), 'totaal') as member,
    if(second_breakdown = breakdown, 'total', coalesce(second_breakdown, 'total')) as second_breakdown,
    if(second_breakdown = breakdown, 'totaal', coalesce(cast(second_member as varchar), 'totaal')) as second_member,
    persons
from counts
where (breakdown is null or member is not null) and (second_breakdown is null or second_member is not null);

create table annex_medians as
with durations as (
    select measures.measure, persons.reference_date, persons.year, persons.agency, persons.province, persons.region,
        persons.working_area, persons.nationality_group, persons.nationality, persons.gender, persons.target_group,
        persons.residence_status,
        case measures.next_step
            when 'registration' then months_to_registration
            when 'contract' then months_to_contract
            when 'attest' then months_to_attest
        end as months
    from counted_persons as persons
    inner join seed('lists/measures') as measures on persons.measure = measures.denominator and measures.unit = 'months'
),
counted as (
    select measure, reference_date, year, months,
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
            else 'total'
        end as breakdown,
        coalesce(agency, province, region, working_area, nationality_group, nationality, gender, target_group, residence_status,
            'totaal') as member,
        count(*) as persons
    from durations
    group by measure, reference_date, year, months, grouping sets ((), (agency), (province), (region), (working_area),
        (nationality_group), (nationality), (gender), (target_group), (residence_status))
),
added_up as (
    select *,
        sum(persons) over (partition by measure, reference_date, year, breakdown, member order by months nulls last) as until,
        sum(persons) over (partition by measure, reference_date, year, breakdown, member) as of_all
    from counted
)
-- Where not everybody of that year had that time, the median can still become lower.
select measure, reference_date, year, breakdown, member, min(months) as median_months
from added_up
where 2 * until >= of_all and months is not null
group by all
having cast(make_date(year, 12, 31) + to_months(min(months)) as date) <= reference_date;

-- What changed since the reference date before -------------------------------------------------------------------------
create table annex_compared_dates as
with dates as (
    select reference_date, count(distinct agency) = 3 as is_complete from stg_landing__current_files group by all
)
select *,
    max(case when is_complete then reference_date end) over (
        order by reference_date rows between unbounded preceding and 1 preceding
    ) as previous_reference_date
from dates;

create temp table compared_rows as
with named as (
    select agency, reference_date, event_type, row_number, rejection_reason,
        case when is_person_number_valid or dossier_number is not null then lower(hex(person_key)) end as known_person,
        if(
            event_number is null,
            md5(concat_ws('|', coalesce(lower(hex(person_key)), ''), coalesce(dossier_number, ''),
                coalesce(event_date_as_delivered, ''), coalesce(letter_sent_on_as_delivered, ''),
                coalesce(registered_on_as_delivered, ''), lower(coalesce(nis_code, '')), lower(coalesce(nationality_code, '')),
                lower(coalesce(gender_code, '')), lower(coalesce(target_group_code, '')), lower(coalesce(residence_status_code,
                '')), lower(coalesce(type_code, '')), lower(coalesce(not_registered_reason_code, '')))),
            null
        ) as content,
        event_number
    from int_events
),
keyed as (
    select *, 'number:' || event_number as row_key from named where event_number is not null
    union all
    select *, 'content:' || content || ':' || row_number() over (
        partition by agency, reference_date, event_type, content order by row_number
    )
    from named where event_number is null
),
types as (
    select 'contracts' as event_type, agency, reference_date, row_number, is_counted_type from fct_contracts
    union all
    select 'attests', agency, reference_date, row_number, is_counted_type from fct_attests
)
select keyed.agency, keyed.reference_date, keyed.event_type, keyed.row_key,
    max(if(rejection_reason is null, keyed.row_number, null)) as row_number,
    max(if(rejection_reason is null, coalesce(known_person, keyed.agency || ' ' || row_key), null)) as person,
    coalesce(bool_or(is_counted_type or keyed.event_type = 'invitations'), false) as is_counted_type
from keyed
left join types using (agency, reference_date, event_type, row_number)
group by all;

create temp table revised as
with dates as (
    select reference_date, previous_reference_date, year(previous_reference_date) as first_open_year
    from annex_compared_dates where previous_reference_date is not null
),
counted as (
    select counted_persons.*, compared_rows.row_key, compared_rows.person
    from counted_persons
    inner join seed('lists/measures') as measures
        on counted_persons.measure = measures.measure and measures.is_revised = 'true'
    inner join compared_rows
        on counted_persons.agency = compared_rows.agency and counted_persons.reference_date = compared_rows.reference_date
        and counted_persons.event_type = compared_rows.event_type and counted_persons.row_number = compared_rows.row_number
),
earlier as (
    select dates.reference_date as compared_at, counted.*
    from counted inner join dates on counted.reference_date = dates.previous_reference_date
),
later as (
    select dates.reference_date as compared_at, counted.*
    from counted inner join dates on counted.reference_date = dates.reference_date
),
differing as (
    select compared_at as reference_date, measure, coalesce(later.event_type, earlier.event_type) as event_type, person,
        earlier.year as old_year, later.year as new_year, earlier.row_number as old_row_number, later.row_number as
            new_row_number,
        earlier.row_key as old_row_key, later.row_key as new_row_key, earlier.event_number as old_event_number,
            later.event_number as new_event_number,
        earlier.agency as old_agency, later.agency as new_agency,
        earlier.province as old_province, later.province as new_province,
        earlier.region as old_region, later.region as new_region,
        earlier.working_area as old_working_area, later.working_area as new_working_area,
        earlier.nationality_group as old_nationality_group, later.nationality_group as new_nationality_group,
        earlier.nationality as old_nationality, later.nationality as new_nationality,
        earlier.gender as old_gender, later.gender as new_gender,
        earlier.target_group as old_target_group, later.target_group as new_target_group,
        earlier.residence_status as old_residence_status, later.residence_status as new_residence_status
    from earlier full join later using (compared_at, measure, person)
    where earlier.row_number is null or later.row_number is null or earlier.year <> later.year
        or earlier.agency <> later.agency or earlier.province <> later.province or earlier.region <> later.region or
            earlier.working_area <> later.working_area or earlier.nationality_group <> later.nationality_group
        or earlier.nationality <> later.nationality or earlier.gender <> later.gender or earlier.target_group <>
            later.target_group or earlier.residence_status <> later.residence_status
)
select differing.*, dates.previous_reference_date,
    then_invited.year as old_invited_year, now_invited.year as new_invited_year
from differing
inner join dates
    on differing.reference_date = dates.reference_date and (old_year < first_open_year or new_year < first_open_year)
left join earlier as then_invited
    on then_invited.measure = 'invited' and differing.reference_date = then_invited.compared_at
    and differing.person = then_invited.person
left join later as now_invited
    on now_invited.measure = 'invited' and differing.reference_date = now_invited.compared_at
    and differing.person = now_invited.person;

create table annex_revised_persons as
with deliveries as (select distinct agency, reference_date from stg_landing__current_files)
select revised.*,
    case
        when old_year is not null and agency_now.agency is null then 'not_delivered'
        when new_year is not null and agency_then.agency is null then 'not_delivered'
        when row_now.person <> revised.person or row_then.person <> revised.person then 'person_number_corrected'
        when row_now.row_key is not null and row_now.row_number is null then 'set_aside'
        when row_then.row_key is not null and row_then.row_number is null then 'no_longer_set_aside'
        when old_year is not null and row_now.row_key is null then 'withdrawn'
        when old_year is null and row_then.row_key is null then 'delivered_later'
        when not row_now.is_counted_type or not row_then.is_counted_type then 'other_type'
        when old_agency <> new_agency or old_row_key <> new_row_key then 'found_elsewhere'
        when measure = 'registered' and old_year is null and new_year = old_invited_year then 'registered_later'
        when measure = 'registered' and new_year is null and old_year = new_invited_year then 'registration_withdrawn'
        when old_year = new_year then 'other_attributes'
        else 'other_date'
    end as cause
from revised
left join deliveries as agency_now on revised.reference_date = agency_now.reference_date and old_agency = agency_now.agency
left join deliveries as agency_then
    on previous_reference_date = agency_then.reference_date and new_agency = agency_then.agency
left join compared_rows as row_now
    on revised.reference_date = row_now.reference_date and revised.event_type = row_now.event_type
    and old_agency = row_now.agency and old_row_key = row_now.row_key
left join compared_rows as row_then
    on previous_reference_date = row_then.reference_date and revised.event_type = row_then.event_type
    and new_agency = row_then.agency and new_row_key = row_then.row_key;

create table annex_revision_moves as
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'agency' as breakdown,
    old_agency as old_member, new_agency as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'province' as breakdown,
    old_province as old_member, new_province as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'region' as breakdown,
    old_region as old_member, new_region as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'working_area' as breakdown,
    old_working_area as old_member, new_working_area as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'nationality_group' as breakdown,
    old_nationality_group as old_member, new_nationality_group as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'nationality' as breakdown,
    old_nationality as old_member, new_nationality as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'gender' as breakdown,
    old_gender as old_member, new_gender as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'target_group' as breakdown,
    old_target_group as old_member, new_target_group as new_member, count(*) as persons
from annex_revised_persons group by all
union all
select reference_date, previous_reference_date, measure, cause, old_year, new_year, 'residence_status' as breakdown,
    old_residence_status as old_member, new_residence_status as new_member, count(*) as persons
from annex_revised_persons group by all;

-- Checks ---------------------------------------------------------------------------------------------------------------
create macro check_that(is_right, message) as if(coalesce(is_right, false), true, error(message));

select check_that(count(*) > 0 and bool_and(rows_delivered = accepted + rejected), 'rows are lost or doubled')
from (
    select files.*, coalesce(accepted, 0) as accepted, coalesce(rejected, 0) as rejected
    from stg_landing__current_files as files
    left join (
        select agency, reference_date, 'invitations' as event_type, count(*) as accepted from fct_invitations group by all
        union all
        select agency, reference_date, 'contracts', count(*) from fct_contracts group by all
        union all
        select agency, reference_date, 'attests', count(*) from fct_attests group by all
    ) as accepted using (agency, reference_date, event_type)
    left join (select agency, reference_date, event_type, count(*) as rejected from int_rejected_rows group by all) as rejected
        using (agency, reference_date, event_type)
);

-- A row is there once, and has what it must have.
select check_that(count(*) = 0, 'a row is there twice')
from (

    select 1 from int_events group by agency, reference_date, event_type, row_number having count(*) > 1
    union all
    select 1 from fct_invitations group by agency, reference_date, row_number having count(*) > 1
    union all
    select 1 from fct_contracts group by agency, reference_date, row_number having count(*) > 1
    union all
    select 1 from fct_attests group by agency, reference_date, row_number having count(*) > 1
    union all
    select 1 from fct_trajectories group by reference_date, person_key having count(*) > 1
    union all
    select 1 from int_event_warnings group by agency, reference_date, event_type, row_number, warning having count(*) > 1
    union all
    select 1 from annex_cube group by measure, reference_date, year, breakdown, member, second_breakdown, second_member having
        count(*) > 1
    union all
    select 1 from counted_persons group by measure, reference_date, person_key having count(*) > 1
    union all
    select 1 from annex_medians group by measure, reference_date, year, breakdown, member having count(*) > 1
    union all
    select 1 from annex_revised_persons group by reference_date, measure, person having count(*) > 1
);

select check_that(count(*) = 0, 'a number stays twice') from (
    select 1 from int_events where rejection_reason is null and event_number is not null
    group by agency, reference_date, event_type, event_number having count(*) > 1
);

select check_that(count(*) = 0, 'a person is the first more than once') from (
    select 1 from fct_invitations where is_invited group by reference_date, person_key having count(*) > 1
    union all
    select 1 from fct_contracts where is_first_contract group by reference_date, person_key having count(*) > 1
    union all
    select 1 from fct_attests where is_first_attest group by reference_date, person_key having count(*) > 1
);

select check_that(
    bool_and(columns(['reference_date', 'agency', 'row_number', 'person_key', 'event_date', 'province', 'nationality', 'gender'])
        is not null),
    'a value is missing'
) from (select * from fct_invitations);

select check_that(count(*) = 0, 'a member is not known') from fct_invitations
where province not in (select province from seed('members/provinces') union all select 'onbepaald')
    or nationality not in (select nationality from seed('reference/nationalities') union all select 'onbepaald')
    or gender not in (select gender from seed('members/genders') union all select 'onbepaald')
    or target_group not in (select target_group from seed('members/target_groups') union all select 'onbepaald')
    or working_area not in (select working_area from seed('members/working_areas') union all select 'onbepaald')
    or own_residence_status not in (select residence_status from seed('members/residence_statuses'));

select check_that(
    bool_and(columns(['reference_date', 'agency', 'row_number', 'person_key', 'event_date', 'province', 'nationality', 'gender'])
        is not null),
    'a value is missing'
) from (select * from fct_contracts);

select check_that(count(*) = 0, 'a member is not known') from fct_contracts
where province not in (select province from seed('members/provinces') union all select 'onbepaald')
    or nationality not in (select nationality from seed('reference/nationalities') union all select 'onbepaald')
    or gender not in (select gender from seed('members/genders') union all select 'onbepaald')
    or target_group not in (select target_group from seed('members/target_groups') union all select 'onbepaald')
    or working_area not in (select working_area from seed('members/working_areas') union all select 'onbepaald')
    or own_residence_status not in (select residence_status from seed('members/residence_statuses'));

select check_that(
    bool_and(columns(['reference_date', 'agency', 'row_number', 'person_key', 'event_date', 'province', 'nationality', 'gender'])
        is not null),
    'a value is missing'
) from (select * from fct_attests);

select check_that(count(*) = 0, 'a member is not known') from fct_attests
where province not in (select province from seed('members/provinces') union all select 'onbepaald')
    or nationality not in (select nationality from seed('reference/nationalities') union all select 'onbepaald')
    or gender not in (select gender from seed('members/genders') union all select 'onbepaald')
    or target_group not in (select target_group from seed('members/target_groups') union all select 'onbepaald')
    or working_area not in (select working_area from seed('members/working_areas') union all select 'onbepaald')
    or own_residence_status not in (select residence_status from seed('members/residence_statuses'));

-- Every breakdown, and every pair of two, adds up to the total, and the totals to the facts.
select check_that(count(*) > 0 and bool_and(added_up = total.persons), 'figures do not add up')
from (
    select measure, reference_date, year, breakdown, second_breakdown, sum(persons) as added_up from annex_cube group by all
) as sums
inner join annex_cube as total using (measure, reference_date, year)
where total.breakdown = 'total';

select check_that(count(*) > 0 and bool_and(added_up = single.persons), 'crossed figures do not add up')
from (
    select measure, reference_date, year, breakdown, member, second_breakdown, sum(persons) as added_up
    from annex_cube where second_breakdown <> 'total' group by all
    union all
    select measure, reference_date, year, second_breakdown, second_member, breakdown, sum(persons)
    from annex_cube where second_breakdown <> 'total' group by all
) as sums
inner join annex_cube as single using (measure, reference_date, year, breakdown, member)
where single.second_breakdown = 'total';

select check_that(count(*) > 0 and bool_and(facts.persons is not distinct from figures.persons), 'totals differ from the facts')
from (
    select 'contracts' as measure, reference_date, year, count(distinct person_key) as persons from fct_contracts
    where is_first_contract group by all
    union all
    select 'attests', reference_date, year, count(distinct person_key) from fct_attests where is_first_attest group by all
    union all
    select 'invited', reference_date, year, count(distinct person_key) from fct_invitations where is_invited group by all
    union all
    select if(is_registered, 'registered', 'not_registered'), reference_date, year, count(distinct person_key)
    from fct_invitations where is_invited group by all
) as facts
full join (
    select * from annex_cube
    where breakdown = 'total' and measure in ('contracts', 'attests', 'invited', 'registered', 'not_registered')
) as figures using (measure, reference_date, year);

select check_that(coalesce(bool_and(difference = explained), true), 'causes do not add up to the difference')
from (
    select reference_date, measure, year, breakdown, member, sum(sign) as explained
    from (
        select reference_date, previous_reference_date, measure, old_year as year, breakdown, old_member as member, -persons as
            sign
        from annex_revision_moves
        union all
        select reference_date, previous_reference_date, measure, new_year, breakdown, new_member, persons
        from annex_revision_moves
    )
    where year < year(previous_reference_date)
    group by all
) as moves
full join (
    select dates.reference_date, measure, year, breakdown, member,
        sum(if(figures.reference_date = dates.reference_date, persons, -persons)) as difference
    from annex_cube as figures
    inner join annex_compared_dates as dates
        on figures.reference_date in (dates.reference_date, dates.previous_reference_date)
        and year < year(dates.previous_reference_date)
    where second_breakdown = 'total' and breakdown in (select distinct breakdown from annex_revision_moves)
        and measure in (select measure from seed('lists/measures') where is_revised = 'true')
    group by all
    having difference <> 0
) as differences using (reference_date, measure, year, breakdown, member)
where coalesce(explained, 0) <> 0 or coalesce(difference, 0) <> 0;

checkpoint;
