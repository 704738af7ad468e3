-- Reads every column that the annex is counted from, and no other: no count can be quicker. A length asks for every value.
create temp table scanned as
select
    sum(strlen(KBI_NUMMER)), sum(strlen(NIS_GEMEENTE)), sum(strlen(NATIONALITEIT)), sum(strlen(GESLACHT)),
    sum(strlen(DOELGROEP)), sum(strlen(VERBLIJFSREDEN)), sum(strlen(EERSTE_EXTRACTIE)), sum(strlen(WERVINGSBRIEF)),
    sum(strlen(AANMELDING)), sum(strlen(REDEN_GEEN_AANMELDING)), sum(strlen(CONTRACT_ID)), sum(strlen(TYPE_TRAJECT)),
    sum(strlen(ATTEST_ID)), sum(strlen(TYPE_ATTEST)), sum(strlen(DATUM_ONDERTEKENING)), max(row_number),
    sum(strlen(event_type)), sum(strlen(person_pseudonym)), count_if(is_person_number_valid), count(distinct reference_date),
    max(version)
from read_parquet(
    [
        getvariable('landing') || '/agency=agii/*/*/uitnodigingen.parquet',
        getvariable('landing') || '/agency=agii/*/*/contracten.parquet',
        getvariable('landing') || '/agency=agii/*/*/attesten.parquet'
    ],
    hive_partitioning = true, union_by_name = true
)
union all
select
    sum(strlen(Dossiernummer)), sum(strlen("Gemeente (NIS)")), sum(strlen(Nationaliteit)), sum(strlen(Geslacht)),
    sum(strlen(Doelgroep)), sum(strlen(Verblijfsreden)), sum(strlen("Eerste extractie")), sum(strlen(Wervingsbrief)),
    sum(strlen(Aanmelding)), sum(strlen("Reden geen aanmelding")), sum(strlen(Contractnummer)), sum(strlen(Traject)),
    sum(strlen(Attestnummer)), sum(strlen("Type")), sum(strlen("Ondertekend op")) + sum(strlen("Behaald op")), max(row_number),
    sum(strlen(event_type)), sum(strlen(person_pseudonym)), count_if(is_person_number_valid), count(distinct reference_date),
    max(version)
from read_parquet(
    [
        getvariable('landing') || '/agency=atlas/*/*/uitnodigingen.parquet',
        getvariable('landing') || '/agency=atlas/*/*/contracten.parquet',
        getvariable('landing') || '/agency=atlas/*/*/attesten.parquet'
    ],
    hive_partitioning = true, union_by_name = true
)
union all
select
    sum(strlen(dossier_id)), sum(strlen(nis_code)), sum(strlen(nationality)), sum(strlen(gender)),
    sum(strlen(target_group)), sum(strlen(residence_status)), sum(strlen(first_extraction)), sum(strlen(letter_sent)),
    sum(strlen(registered)), sum(strlen(no_show_reason)), sum(strlen(contract_id)), sum(strlen(trajectory)),
    sum(strlen(attest_id)), sum(strlen(attest_type)), sum(strlen(signed_on)) + sum(strlen(obtained_on)), max(row_number),
    sum(strlen(event_type)), sum(strlen(person_pseudonym)), count_if(is_person_number_valid), count(distinct reference_date),
    max(version)
from read_parquet(
    [
        getvariable('landing') || '/agency=amal/*/*/invitations.parquet',
        getvariable('landing') || '/agency=amal/*/*/contracts.parquet',
        getvariable('landing') || '/agency=amal/*/*/attests.parquet'
    ],
    hive_partitioning = true, union_by_name = true
);

copy scanned to (getvariable('result')) (format parquet);
