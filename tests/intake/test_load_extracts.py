"""The one door: what lands, under which pseudonym and row number, and what is refused with which message."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from inburgering.intake.decoding import RefusedFileError
from inburgering.intake.delivery import find_deliveries
from inburgering.intake.extract_contract import read_contracts
from inburgering.intake.landed_version import find_versions
from inburgering.intake.landing import Accepted, Landing, key_fingerprint
from inburgering.intake.progress import lines_of_progress
from inburgering.settings import SAMPLE_KEY
from inburgering.yaml_file import read_yaml
from support.handmade import (
    HEADERS,
    PERSON,
    REFERENCE_DATE,
    WORKBOOK,
    default_rows,
    header,
    write_csv,
    write_deliveries,
    write_delivery,
    write_workbook,
)
from support.pipeline import CHECKOUT, KEY, Pipeline, refused, succeeded

CONTRACTS = read_contracts()

# Valid: 97 - (first nine digits mod 97), worked out by hand for each.
BORN_BEFORE_2000 = "85073003328"
BORN_AFTER_2000 = "17073003384"
BIS_MONTH_PLUS_40 = "85473003317"
LEADING_ZERO = "01030212382"


def landed(pipeline: Pipeline, agency: str, table: str, columns: str, version: int = 1) -> list[tuple]:
    """Return columns of the landed rows of one table, in file order."""
    path = f"{pipeline.landing}/agency={agency}/reference_date={REFERENCE_DATE}/version={version}/{table}.parquet"
    return duckdb.connect().execute(f"select {columns} from read_parquet('{path}') order by row_number").fetchall()


def contracts_of(agency: str, person_numbers: list[object]) -> list[list[object]]:
    """Return a contract for each person number."""
    table = "Contracten" if agency == "atlas" else next(name for name in HEADERS[agency] if name.startswith("contract"))
    row = default_rows(agency, table)[0]
    return [[f"D{i}", number, *row[2:7], f"C{i}", *row[8:]] for i, number in enumerate(person_numbers)]


def pseudonym(digits: str) -> str:
    return hmac.new(KEY.encode(), digits.encode(), hashlib.sha256).hexdigest()


def test_a_person_has_one_pseudonym_in_every_notation_at_every_agency(pipeline: Pipeline) -> None:
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": contracts_of("agii", [f" {LEADING_ZERO}\t"])})
    write_delivery(
        pipeline.extracts, "atlas", {"Contracten": contracts_of("atlas", ["01.03.02-123.82", int(LEADING_ZERO)])}
    )
    write_delivery(pipeline.extracts, "amal", {"contracts.csv": contracts_of("amal", [LEADING_ZERO])})
    succeeded(pipeline.load())
    found = [
        row
        for agency, table in (("agii", "contracten"), ("atlas", "contracten"), ("amal", "contracts"))
        for row in landed(pipeline, agency, table, "person_pseudonym, is_person_number_valid")
    ]
    assert found == [(pseudonym(LEADING_ZERO), True)] * 4


def test_a_key_longer_than_a_hash_block_gives_the_same_pseudonym_as_any_hmac(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, "k" * 100)
    write_delivery(pipeline.extracts, "agii")
    succeeded(pipeline.load())
    expected = hmac.new(b"k" * 100, BORN_BEFORE_2000.encode(), hashlib.sha256).hexdigest()
    assert landed(pipeline, "agii", "contracten", "person_pseudonym") == [(expected,)]


def test_a_person_number_is_valid_by_its_check_number(pipeline: Pipeline) -> None:
    numbers = {
        BORN_BEFORE_2000: True,
        BORN_AFTER_2000: True,
        BIS_MONTH_PLUS_40: True,
        "85073003329": False,
        "8507300332": False,
        "850730033280": False,
        "": False,
        "onbekend": False,
    }
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": contracts_of("agii", list(numbers))})
    succeeded(pipeline.load())
    found = landed(pipeline, "agii", "contracten", "is_person_number_valid, person_pseudonym is null")
    assert found == [(valid, not any(c.isdigit() for c in number)) for number, valid in numbers.items()]


def test_a_ten_digit_text_in_excel_gets_no_leading_zero(pipeline: Pipeline) -> None:
    write_delivery(pipeline.extracts, "atlas", {"Contracten": contracts_of("atlas", [LEADING_ZERO[1:]])})
    succeeded(pipeline.load())
    assert landed(pipeline, "atlas", "contracten", "is_person_number_valid") == [(False,)]


def test_no_person_number_is_in_the_landing_or_in_what_the_loader_prints(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    broken = pipeline.extracts / "agii" / REFERENCE_DATE / "contracten.csv"
    rows = contracts_of("agii", [BORN_AFTER_2000] * 200)
    write_csv(broken, "agii", [header("agii", "contracten.csv"), *rows, ["D9", BORN_AFTER_2000]])
    printed = succeeded(pipeline.load())
    values = [
        str(value)
        for path in pipeline.landing.rglob("*.parquet")
        for row in duckdb.connect().execute("select * from read_parquet(?)", [str(path)]).fetchall()
        for value in row
    ]
    assert len(values) > 200
    for number in (BORN_BEFORE_2000, BORN_AFTER_2000, "85.07.30-033.28"):
        assert number not in printed
        assert not any(number in value for value in values)
        assert not any(number.encode() in path.read_bytes() for path in pipeline.landing.rglob("*") if path.is_file())


def test_excel_values_land_as_the_text_a_person_sees(pipeline: Pipeline) -> None:
    row = default_rows("atlas", "Contracten")[0]
    moment = datetime.datetime(2023, 5, 6, 13, 45)
    write_delivery(
        pipeline.extracts,
        "atlas",
        {
            "Contracten": [
                [*row[:3], "NA", *row[4:7], "01", row[8], moment],
                [*row[:3], None, *row[4:7], 12.5, row[8], "2023-05-06"],
                [None] * 10,
                [*row[:3], None, *row[4:7], 7, row[8], 45000],
            ]
        },
    )
    succeeded(pipeline.load())
    assert landed(
        pipeline,
        "atlas",
        "contracten",
        '"Gemeente (NIS)", "Nationaliteit", "Contractnummer", "Ondertekend op", row_number',
    ) == [
        ("11002", "NA", "01", "06/05/2023", 2),
        ("11002", None, "12.5", "2023-05-06", 3),
        ("11002", None, "7", "45000", 5),
    ]


def test_csv_values_land_unchanged_with_their_line(pipeline: Pipeline) -> None:
    folder = write_delivery(pipeline.extracts, "amal")
    columns = ",".join(header("amal", "contracts.csv"))
    person = ",".join(PERSON["amal"][1:3])
    folder.joinpath("contracts.csv").write_bytes(
        f"{columns}\r\n"
        f'"D ""1""",{person},NA,M,V,VR08,"C,1",TT_IBVP, 2023-05-05 \n'
        "\r\n"
        f'D2,{person},"Za\u00efre\n\u20ac",M,V,VR08,C2,TT_IBVP,2023-05-05\r\n'
        f"D3,{person},,M,V,VR08,C3,TT_IBVP,NULL".encode("windows-1252")
    )
    succeeded(pipeline.load())
    assert landed(pipeline, "amal", "contracts", "dossier_id, nationality, contract_id, signed_on, row_number") == [
        ('D "1"', "NA", "C,1", " 2023-05-05 ", 2),
        ("D2", "Za\u00efre\n\u20ac", "C2", "2023-05-05", 4),
        ("D3", "", "C3", "NULL", 6),
    ]


def test_a_broken_row_is_set_aside_alone_with_its_line(pipeline: Pipeline) -> None:
    folder = write_delivery(pipeline.extracts, "agii", {"contracten.csv": contracts_of("agii", [""] * 500)})
    lines = folder.joinpath("contracten.csv").read_text().splitlines()
    lines[100] = "te;weinig"
    lines[200] = lines[200] + ";te veel"
    lines[300] = lines[300].replace(";C299;", ';"C299;')
    lines[400] = lines[400].replace(";C399;", ';"C399"x;')
    folder.joinpath("contracten.csv").write_text("\n".join(lines))
    printed = succeeded(pipeline.load())
    assert "502 rows delivered, 498 landed, 4 broken and set aside" in printed
    broken = (
        "  contracten.csv: 4 of 500 rows broken (0.80 %); after dbt build, python scripts/report_rejects.py lists them"
    )
    assert printed.splitlines()[1] == broken
    assert succeeded(pipeline.load()).splitlines()[1] == broken
    assert landed(pipeline, "agii", "broken_rows", "file_name, row_number, reason") == [
        ("contracten.csv", 101, "too_few_fields"),
        ("contracten.csv", 201, "too_many_fields"),
        ("contracten.csv", 301, "unclosed_quote"),
        ("contracten.csv", 401, "unclosed_quote"),
    ]
    rows = landed(pipeline, "agii", "contracten", "row_number")
    assert [number for (number,) in rows] == [n for n in range(2, 502) if n not in (101, 201, 301, 401)]


def test_more_than_one_percent_broken_rows_refuse_the_file(pipeline: Pipeline) -> None:
    rows = contracts_of("agii", [""] * 98)
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": [*rows[:50], ["kort"], *rows[50:], ["kort"]]})
    assert refused(pipeline.load()) == (
        f"Refused: agii/{REFERENCE_DATE}/contracten.csv, row 52: too few fields, the first of 2 broken rows out of 100 "
        "(1 % is the limit); mend the file's structure"
    )
    assert not list(pipeline.landing.glob("agency=*"))


def rename_column(folder: Path) -> None:
    _change_header(folder, lambda columns: [*columns[:2], "NIS", *columns[3:]])


def swap_columns(folder: Path) -> None:
    _change_header(folder, lambda columns: [columns[1], columns[0], *columns[2:]])


def drop_column(folder: Path) -> None:
    _change_header(folder, lambda columns: columns[:-1])


def add_column(folder: Path) -> None:
    _change_header(folder, lambda columns: [*columns, "OPMERKING"])


def repeat_column(folder: Path) -> None:
    _change_header(folder, lambda columns: [columns[0], *columns])


def _change_header(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    columns = change(header("agii", "contracten.csv"))
    write_csv(folder / "contracten.csv", "agii", [columns, *default_rows("agii", "contracten.csv")])


def use_comma(folder: Path) -> None:
    path = folder / "contracten.csv"
    path.write_text(path.read_text().replace(";", ","))


def use_latin(folder: Path) -> None:
    path = folder / "contracten.csv"
    path.write_bytes(path.read_bytes() + "D2;;;Zaïre;;;;C2;TT_IBVP;05/05/2023\r\n".encode("latin-1"))


def remove_rows(folder: Path) -> None:
    write_csv(folder / "contracten.csv", "agii", [header("agii", "contracten.csv")])


def remove_everything(folder: Path) -> None:
    (folder / "contracten.csv").write_bytes(b"")


def remove_file(folder: Path) -> None:
    (folder / "contracten.csv").unlink()


def link_file(folder: Path) -> None:
    (folder / "contracten.csv").rename(folder / "elders.txt")
    (folder / "contracten.csv").symlink_to(folder / "elders.txt")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (rename_column, "contracten.csv: column 3 should be 'NIS_GEMEENTE' but is 'NIS'; deliver the columns"),
        (swap_columns, "contracten.csv: column 1 should be 'KBI_NUMMER' but is 'INSZ'; deliver the columns"),
        (drop_column, "contracten.csv: 10 columns expected, 9 found; column 10, 'DATUM_ONDERTEKENING', is missing"),
        (add_column, "contracten.csv: 10 columns expected, 11 found; remove the extra column 'OPMERKING'"),
        (repeat_column, "contracten.csv: column 2 should be 'INSZ' but is 'KBI_NUMMER'; deliver the columns"),
        (use_comma, "contracten.csv: column 1 should be 'KBI_NUMMER' but is 'KBI_NUMMER,INSZ,"),
        (use_latin, "contracten.csv, line 3: bytes that are not utf-8; save the file as utf-8"),
        (remove_rows, "contracten.csv: no rows; deliver the rows, or pass --allow-empty"),
        (remove_everything, "contracten.csv: 10 columns expected, 0 found"),
        (remove_file, "contracten.csv: missing"),
        (link_file, "contracten.csv: missing (a link does not count)"),
    ],
)
def test_a_csv_file_that_breaks_the_contract_is_refused_and_nothing_lands(
    pipeline: Pipeline, damage: Callable[[Path], None], message: str
) -> None:
    damage(write_delivery(pipeline.extracts, "agii"))
    assert refused(pipeline.load()).startswith(f"Refused: agii/{REFERENCE_DATE}/{message}")
    assert not list(pipeline.landing.glob("agency=*/*/*"))
    assert not list(pipeline.landing.glob(".loading-*"))


def atlas_sheets() -> dict[str, list[list[object]]]:
    return {sheet: [list(header("atlas", sheet)), *default_rows("atlas", sheet)] for sheet in HEADERS["atlas"]}


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def write_csv_instead(path: Path) -> None:
    path.write_text("Dossiernummer;Rijksregisternummer\n")


def leave_out_sheet(path: Path) -> None:
    write_workbook(path, {sheet: rows for sheet, rows in atlas_sheets().items() if sheet != "Attesten"})


def rename_excel_column(path: Path) -> None:
    sheets = atlas_sheets()
    sheets["Attesten"][0][2] = "NIS"
    write_workbook(path, sheets)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut_short, "atlas.xlsx: cannot be opened as an Excel workbook"),
        (write_csv_instead, "atlas.xlsx: cannot be opened as an Excel workbook"),
        (leave_out_sheet, "atlas.xlsx: sheet 'Attesten' is missing; the workbook has Uitnodigingen, Contracten"),
        (rename_excel_column, "atlas.xlsx, sheet Attesten: column 3 should be 'Gemeente (NIS)' but is 'NIS'"),
        (Path.unlink, "atlas.xlsx: missing"),
    ],
)
def test_a_workbook_that_breaks_the_contract_is_refused_and_nothing_lands(
    pipeline: Pipeline, damage: Callable[[Path], None], message: str
) -> None:
    damage(write_delivery(pipeline.extracts, "atlas") / WORKBOOK)
    assert refused(pipeline.load()).startswith(f"Refused: atlas/{REFERENCE_DATE}/{message}")
    assert not list(pipeline.landing.glob("agency=*/*/*"))


def test_an_empty_file_lands_when_it_is_meant(pipeline: Pipeline) -> None:
    remove_rows(write_delivery(pipeline.extracts, "agii"))
    succeeded(pipeline.load("--allow-empty"))
    assert landed(pipeline, "agii", "contracten", "*") == []


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("agii/2024-02-30", "agii/2024-02-30: not a folder named after a reference date; name it yyyy-mm-dd"),
        ("agii/20240131", "agii/20240131: not a folder named after a reference date; name it yyyy-mm-dd"),
        ("AgII/2024-01-31", "AgII: no such agency; expected one of agii, amal, atlas"),
    ],
)
def test_a_folder_that_is_no_delivery_is_refused(pipeline: Pipeline, folder: str, message: str) -> None:
    (pipeline.extracts / folder).mkdir(parents=True)
    assert refused(pipeline.load()) == f"Refused: {message}"


def test_a_refused_delivery_changes_nothing_and_holds_up_no_other(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    before = snapshot(pipeline.landing)
    rename_column(pipeline.extracts / "agii" / REFERENCE_DATE)
    write_delivery(pipeline.extracts, "amal", reference_date="2025-01-31")
    assert "contracten.csv" in refused(pipeline.load())
    after = snapshot(pipeline.landing)
    assert {path: content for path, content in after.items() if "2025-01-31" not in path} == before
    assert any("2025-01-31" in path for path in after)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def test_the_same_content_again_is_no_new_version_and_other_content_is(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    before = snapshot(pipeline.landing)
    assert succeeded(pipeline.load()).count("unchanged, nothing to do") == 3
    assert snapshot(pipeline.landing) == before
    rows = [*default_rows("amal", "contracts.csv"), *contracts_of("amal", [""])]
    write_delivery(pipeline.extracts, "amal", {"contracts.csv": rows})
    assert f"amal/{REFERENCE_DATE}: version 2" in succeeded(pipeline.load())
    assert len(landed(pipeline, "amal", "contracts", "*", version=2)) == 2
    assert before.items() <= snapshot(pipeline.landing).items()


def test_a_new_version_says_what_was_added_gone_and_changed(pipeline: Pipeline) -> None:
    first = contracts_of("agii", ["", BORN_BEFORE_2000, "", ""])
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": [*first, first[3]]})
    succeeded(pipeline.load())
    # C0 is gone, C1 is another person, C2 stays, C3 came twice and comes three times, C4 is new.
    other_person = [first[1][0], BORN_AFTER_2000, *first[1][2:]]
    new = contracts_of("agii", [""] * 5)[4]
    write_delivery(
        pipeline.extracts, "agii", {"contracten.csv": [new, first[3], first[2], other_person, *[first[3]] * 2]}
    )
    assert "since version 1: 2 rows added, 1 gone, 1 changed" in succeeded(pipeline.load())


@pytest.mark.parametrize("name", ["uitnodigingen.csv", "attesten.csv"])
def test_a_file_that_changes_while_it_is_read_is_refused(pipeline: Pipeline, name: str) -> None:
    """The hash in the register is that of the rows that landed."""
    folder = write_delivery(pipeline.extracts, "agii")
    (delivery,), _ = find_deliveries(pipeline.extracts, CONTRACTS)
    landing = Landing(pipeline.landing, CONTRACTS, KEY)

    good = (folder / name).read_bytes()

    def goes_on_copying(_: float) -> None:
        (folder / name).write_bytes(good + b"\r\n")

    with landing.locked():
        with pytest.raises(RefusedFileError, match=f"^{name}: changed while it was read"):
            landing.load(delivery, Accepted(), goes_on_copying)
        assert list(pipeline.landing.glob("[!.]*")) == []
        landing.load(delivery, Accepted(), lambda _: None)
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    (version,) = find_versions(pipeline.landing)[0]
    assert version.hashes == hashes


def test_two_loads_at_the_same_time_land_each_delivery_once(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    with ThreadPoolExecutor() as pool:
        loads: list[subprocess.CompletedProcess[str]] = list(pool.map(lambda _: pipeline.load(), range(2)))
    printed = "".join(succeeded(load) for load in loads)
    assert printed.count("version 1") == 3
    assert printed.count("unchanged, nothing to do") == 3


def test_without_a_key_nothing_is_loaded_and_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, key=None)
    write_deliveries(pipeline.extracts)
    message = refused(pipeline.load())
    assert message.startswith("Error: INBURGERING_PSEUDONYM_KEY is not set; make one with (umask 077; openssl rand")
    assert not pipeline.landing.exists()


def test_the_public_key_of_the_sample_opens_no_other_extracts(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, SAMPLE_KEY)
    write_deliveries(pipeline.extracts)
    assert "public key of the synthetic sample" in refused(pipeline.load())


def test_own_extracts_beside_the_sample_are_not_loaded_with_its_public_key(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, SAMPLE_KEY)
    succeeded(pipeline.maintain("generate_extracts", "--scale", "0.002"))
    write_delivery(pipeline.extracts, "agii", reference_date="2025-01-31")
    step = pipeline.load()
    assert step.returncode == 1
    assert step.stderr.count("is no file of the synthetic sample, and INBURGERING_PSEUDONYM_KEY is the sample's") == 1
    assert "Refused: agii/2025-01-31/uitnodigingen.csv" in step.stderr
    assert not (pipeline.landing / "agency=agii" / "reference_date=2025-01-31").exists()


def test_a_file_of_the_sample_is_not_loaded_with_a_key_of_ones_own(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path)
    succeeded(pipeline.maintain("generate_extracts", "--scale", "0.002"))
    write_delivery(pipeline.extracts, "agii", reference_date="2025-01-31")
    step = pipeline.load()
    assert step.returncode == 1
    assert step.stderr.count("is a file of the synthetic sample, and INBURGERING_PSEUDONYM_KEY is a key of yours") == 6
    landed = [folder.name for folder in pipeline.landing.glob("agency=*/reference_date=*")]
    assert landed == ["reference_date=2025-01-31"]


def test_the_build_knows_the_sample_by_the_fingerprint_of_its_key() -> None:
    project = read_yaml(CHECKOUT / "dbt_project.yml")
    assert project["vars"]["sample_key_fingerprint"] == key_fingerprint(SAMPLE_KEY)


def test_the_sample_is_never_written_over_other_files(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, SAMPLE_KEY)
    succeeded(pipeline.maintain("generate_extracts", "--scale", "0.002"))
    own = write_delivery(pipeline.extracts, "agii", reference_date="2025-01-31") / "contracten.csv"
    message = refused(pipeline.maintain("generate_extracts", "--scale", "0.002"))
    assert "holds agii/2025-01-31/attesten.csv, which is of no earlier sample" in message
    assert own.is_file()


@pytest.mark.parametrize("key", ["x", "k" * 31])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    pipeline = Pipeline(tmp_path, key)
    write_deliveries(pipeline.extracts)
    assert "INBURGERING_PSEUDONYM_KEY is shorter than 32 bytes and could be guessed; make one" in refused(
        pipeline.load()
    )
    assert not pipeline.landing.exists()


def test_no_folder_is_made_for_a_mistyped_landing(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    write_deliveries(pipeline.extracts)
    mistyped = Pipeline(pipeline.folder / "mistyped")
    monkeypatch.setattr(Pipeline, "extracts", pipeline.extracts)
    assert refused(mistyped.load()) == (
        f"Error: {mistyped.folder}: no such folder, so no landing is made in it; make it or mend INBURGERING_LANDING"
    )
    assert not mistyped.folder.exists()


def test_a_key_that_is_no_text_is_refused(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    unreadable = Pipeline(pipeline.folder, os.fsdecode(bytes(range(0xC0, 0xE0))))
    assert refused(unreadable.load()).startswith("Error: INBURGERING_PSEUDONYM_KEY is not UTF-8 text; make one with")
    assert not pipeline.landing.exists()


@pytest.mark.parametrize(("kept", "is_refused"), [(2, False), (1, True)])
def test_a_new_version_in_which_most_rows_of_a_file_are_gone_asks_first(
    pipeline: Pipeline, kept: int, is_refused: bool
) -> None:
    rows = contracts_of("agii", [""] * 4)
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": rows})
    succeeded(pipeline.load())
    # However many rows come in their place.
    others = [[*row[:7], f"N{place}", *row[8:]] for place, row in enumerate(rows * 10)]
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": [*rows[:kept], *others]})
    if is_refused:
        assert refused(pipeline.load()) == (
            f"Refused: agii/{REFERENCE_DATE}/contracten.csv: 3 of the 4 rows of version 1 are gone; deliver the whole "
            "file, or pass --accept-fewer-rows when it is meant"
        )
        assert len(list(pipeline.landing.glob("agency=agii/*/*"))) == 1
    assert f"agii/{REFERENCE_DATE}: version 2" in succeeded(pipeline.load("--accept-fewer-rows"))


def test_another_key_than_the_landing_was_made_with_is_refused(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    write_delivery(pipeline.extracts, "amal", reference_date="2025-01-31")
    assert "loaded with another INBURGERING_PSEUDONYM_KEY" in refused(
        Pipeline(pipeline.folder, "another key " * 4).load()
    )


def test_a_landing_of_an_earlier_version_is_refused(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    register = next(pipeline.landing.glob("agency=agii/*/*/delivery.parquet"))
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * exclude (event_type) from '{register}') to '{register}.old' (format parquet)"
        )
    Path(f"{register}.old").replace(register)
    step = pipeline.load()
    assert step.returncode == 1
    assert "landed by an earlier version of this project; load everything anew into an empty landing" in step.stderr
    assert "Traceback" not in step.stderr


def test_a_landing_that_is_a_file_is_said_to_be_one(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    pipeline.landing.write_text("x")
    assert refused(pipeline.load()) == (
        f"Error: {pipeline.landing}: is no folder; name a folder in INBURGERING_LANDING, and load again"
    )


def test_a_landing_among_the_extracts_is_refused(tmp_path: Path) -> None:
    """The next load would take it for an agency or a delivery."""

    class Mixed(Pipeline):
        @property
        def landing(self) -> Path:
            return self.extracts / "agii" / "landing"

    pipeline = Mixed(tmp_path)
    write_deliveries(pipeline.extracts)
    assert refused(pipeline.load()) == (
        f"Error: {pipeline.landing}: is among the extracts; name a folder outside {pipeline.extracts} in "
        "INBURGERING_LANDING"
    )
    assert not pipeline.landing.exists()


def test_without_extracts_the_message_names_the_folder(pipeline: Pipeline) -> None:
    assert refused(pipeline.load()) == (
        f"Error: {pipeline.extracts}: no such folder; put the extracts there or set INBURGERING_EXTRACTS"
    )


def test_files_above_the_agencies_are_named_and_notes_are_not(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    for name in ("contracten.csv", "levering.ZIP", "lees mij.txt"):
        (pipeline.extracts / name).write_text("x")
    step = pipeline.load()
    assert step.returncode == 1
    assert step.stderr.splitlines() == [
        f"Refused: {name}: is not in the folder of a delivery; put it, unpacked, into <agency>/<yyyy-mm-dd>/"
        for name in ("contracten.csv", "levering.ZIP")
    ]


@pytest.mark.parametrize("name", ["contracten (1).csv", "CONTRACTEN.CSV", "nieuw/contracten.csv", "alles.zip"])
def test_a_file_in_a_delivery_that_is_none_of_its_files_is_named(pipeline: Pipeline, name: str) -> None:
    """The corrected file may well be the one that would not be read."""
    delivery = write_delivery(pipeline.extracts, "agii")
    (delivery / name).parent.mkdir(exist_ok=True)
    (delivery / name).write_text("x")
    for harmless in ("~$contracten.csv", ".contracten.csv", "lees mij.txt"):
        (delivery / harmless).write_text("x")
    step = pipeline.load()
    assert step.returncode == 1
    assert step.stderr.splitlines() == [
        f"Refused: agii/{REFERENCE_DATE}/{name}: is no file of this delivery, which has uitnodigingen.csv, "
        "contracten.csv, attesten.csv; give it its name or take it away"
    ]
    assert not list(pipeline.landing.glob("agency=agii/*"))


def test_a_reference_date_that_is_still_to_come_is_refused(pipeline: Pipeline) -> None:
    today = datetime.date.today()
    for days in (0, 1):
        write_delivery(pipeline.extracts, "agii", reference_date=str(today + datetime.timedelta(days)))
    step = pipeline.load()
    assert step.stderr.splitlines() == [
        f"Refused: agii/{today + datetime.timedelta(1)}: lies after today; name the folder after the reference date"
    ]
    assert [folder.name for folder in pipeline.landing.glob("agency=agii/*")] == [f"reference_date={today}"]


def test_a_file_that_came_before_for_another_reference_date_is_said(pipeline: Pipeline) -> None:
    """Last year's file under this year's date would count last year as a year without anybody."""
    write_delivery(pipeline.extracts, "agii", reference_date="2023-01-31")
    last_year = write_delivery(pipeline.extracts, "agii") / "contracten.csv"
    for other in ("uitnodigingen.csv", "attesten.csv"):
        with (last_year.with_name(other)).open("a") as file:
            file.write("\n")
    for first_word in ("version 1,", "unchanged,"):
        printed = succeeded(pipeline.load()).splitlines()
        place = next(n for n, line in enumerate(printed) if line.startswith(f"agii/{REFERENCE_DATE}: {first_word}"))
        assert (
            printed[place + 1]
            == "  contracten.csv: the same file as in agii/2023-01-31; is it of the right reference date?"
        )
        assert sum("the same file" in line for line in printed) == 1 + (first_word == "unchanged,")


def test_without_a_terminal_a_long_load_says_now_and_then_how_far_it_is() -> None:
    seconds = iter([0.0, 1.0, 9.9, 10.1, 11.0, 20.0, 20.1, 60.0])
    said: list[str] = []
    progress = lines_of_progress(2000, said.append, lambda: next(seconds))
    for read in (0, 300, 500, 600, 700, 801, 2000):
        progress(read, "agii/2024-01-31")
    assert said == [f"Loading agii/2024-01-31: {percent} % of all files has been read" for percent in (25, 40, 100)]


def test_a_short_load_without_a_terminal_says_only_what_came_of_it(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    printed = succeeded(pipeline.load()).splitlines()
    assert [line.split()[0] for line in printed] == [
        *(f"{agency}/{REFERENCE_DATE}:" for agency in ("agii", "amal", "atlas")),
        "Loaded",
    ]
