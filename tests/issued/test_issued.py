"""What was issued stays, and whether it still comes out is said with what differs since."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from docx import Document

from support.pipeline import CHECKOUT, OwnCheckout, Pipeline, own_copy, refused, succeeded

ISSUED = "issued/sv_2024_123/2024-03-01"


def git(own: OwnCheckout, *arguments: str) -> str:
    who = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    done = subprocess.run(
        [shutil.which("git") or "git", *who, *arguments], cwd=own.checkout, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(own: OwnCheckout) -> str:
    git(own, "add", "--all")
    git(own, "commit", "--quiet", "--message", "All of it")
    return git(own, "rev-parse", "HEAD")


@pytest.fixture
def own(small_sample: Pipeline, tmp_path: Path) -> OwnCheckout:
    """Return a clone of the project, committed, with the small sample landed."""
    own = own_copy(tmp_path, small_sample.key)
    shutil.copy(CHECKOUT / ".gitignore", own.checkout)
    small_sample.copy(tmp_path)
    git(own, "init", "--quiet")
    commit(own)
    return own


def issue(own: OwnCheckout, day: str = "2024-03-01", *more: str) -> subprocess.CompletedProcess[str]:
    return own.script("issue_annex", "sv_2024_123", "--issued-on", day, "--issued-by", "Tester", *more)


def approve_all(own: OwnCheckout, but: str = "") -> None:
    """Let somebody approve every choice but one, and commit that."""
    path = own.checkout / "seeds" / "lists" / "choices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    by, on = header.index("approved_by"), header.index("approved_on")
    for row in rows:
        row[by], row[on] = ("", "") if row[0] == but else ("A. Tester, Vlaamse overheid", "2024-02-20")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    commit(own)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def causes_by(table: Path, figure: str, cause: str) -> dict[str, set[str]]:
    """Return the causes in a table of moved figures, by measure."""
    found: dict[str, set[str]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row[figure], set()).add(row[cause])
    return found


def test_what_was_issued_stays_and_why_it_differs_is_said(
    own: OwnCheckout, small_sample: Pipeline, tmp_path: Path
) -> None:
    # The sample was built elsewhere, from another commit.
    assert "run dbt build, issue" in refused(issue(own))
    approve_all(own, but="first_over_all_agencies")
    succeeded(own.dbt("build"))
    assert "nobody approved 1 choices that touch sv_2024_123" in refused(issue(own))
    succeeded(issue(own, "2024-03-01", "--without-approval"))
    folder = own.checkout / ISSUED
    lock = yaml.safe_load((folder / "lock.yml").read_text(encoding="utf-8"))
    assert (lock["commit"], lock["issued_by"]) == (git(own, "rev-parse", "HEAD"), "Tester")
    assert lock["not_approved"] == ["first_over_all_agencies"]
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {*lock["issued"], "lock.yml"}
    assert {"sv_2024_123.xlsx", "sv_2024_123.yml", "sv_2024_123/datapackage.json"} <= on_disk
    assert not [name for name in on_disk if "controle" in name]
    assert "issued before" in refused(issue(own))
    assert "changes that are not committed" in refused(issue(own, "2024-03-02"))
    commit(own)
    assert succeeded(own.script("verify_issued")).splitlines() == [
        "sv_2024_123, issued on 2024-03-01: every figure still comes out"
    ]

    # Amal delivers again, and a code list changes.
    succeeded(own.maintain("generate_extracts", "--scale", "0.05", "--seed", "7"))
    for agency in ("agii", "atlas"):
        shutil.rmtree(own.extracts / agency)
    shutil.rmtree(own.extracts / "amal" / "2023-01-31")
    succeeded(own.script("load_extracts", "--accept-fewer-rows"))
    types = own.checkout / "seeds" / "codes" / "counted_types.csv"
    approve_all(own)
    edit(types, "contracts,TT_IBLING,,true", "contracts,TT_IBLING,,false")
    edited = commit(own)
    built = succeeded(own.dbt("build"))
    assert "figures of sv_2024_123, issued on 2024-03-01; python scripts/verify_issued.py says why" in built
    verified = own.script("verify_issued", "sv_2024_123", "--csv", tmp_path / "moved.csv")
    assert verified.returncode == 1, verified.stderr
    said = verified.stdout.splitlines()
    assert said[0] == "Building an annex with another code list alone, to tell causes apart"
    assert said[1].endswith("figures differ now")
    assert said[2:4] == [
        "  differs since: delivery: version 2 of delivery amal/2024-01-31 came",
        "  differs since: code list: seeds/codes/counted_types.csv changed",
    ]
    assert all(" became " in line for line in said[4:-2])
    assert said[-2].endswith("more; all of them with --csv FILE")

    # The list is about contracts alone; the delivery is of one agency, and another may have counted its persons.
    moved = causes_by(tmp_path / "moved.csv", "measure", "causes")
    assert moved["attests"] == {"delivery"}
    assert moved["contracts"] >= {"code list", "code list, delivery"}

    # A table that it needs is lost, and comes back from the files that were delivered then.
    lost = own.landing / "agency=agii" / "reference_date=2024-01-31" / "version=1" / "contracten.parquet"
    lost.unlink()
    said_of_it = refused(own.script("rebuild_issued", "sv_2024_123", "2024-03-01", "--into", tmp_path / "lost"))
    assert (
        "version 1 of delivery agii/2024-01-31 is other than it was; take the landing of then from a backup"
        in said_of_it
    )
    own.extracts.rename(tmp_path / "newest")
    shutil.copytree(small_sample.extracts, own.extracts, ignore=shutil.ignore_patterns("amal"))
    assert "; mended what was not whole: version 1 (contracten.parquet is missing)" in succeeded(own.load())
    shutil.rmtree(own.extracts)
    (tmp_path / "newest").rename(own.extracts)

    # As of then, it comes out again to the byte.
    again = tmp_path / "again"
    rebuilt = succeeded(own.script("rebuild_issued", "sv_2024_123", "2024-03-01", "--into", again))
    assert rebuilt == f"{again / 'annex' / 'sv_2024_123.xlsx'}: the same as issued, byte for byte\n"
    assert (again / "annex" / "sv_2024_123.xlsx").read_bytes() == (folder / "sv_2024_123.xlsx").read_bytes()
    assert git(own, "rev-parse", "HEAD") == edited
    assert "there already" in refused(own.script("rebuild_issued", "sv_2024_123", "2024-03-01", "--into", again))

    # A new edition replaces it, and both stay.
    succeeded(issue(own, "2024-09-01"))
    commit(own)
    written = succeeded(own.script("erratum", "sv_2024_123", "2024-03-01", "2024-09-01"))
    assert "is marked as replaced" in written
    text = "\n".join(paragraph.text for paragraph in Document(str(folder / "erratum.docx")).paragraphs)
    assert "die op 01/03/2024 bezorgd werd" in text
    assert "Nieuwe levering (Amal, peildatum 31/01/2024, versie 2)" in text
    assert "gewijzigde codelijst (counted_types)" in text
    [table] = Document(str(folder / "erratum.docx")).tables
    with (folder / "erratum.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file))
    assert [[cell.text for cell in row.cells] for row in table.rows] == listed
    assert f"{len(listed) - 1} figures corrected" in written
    assert listed[0] == ["Tabel", "Cijfer", "Jaar", "Rij", "Stond er", "Moet zijn", "Oorzaak"]
    in_words = causes_by(folder / "erratum.csv", "Cijfer", "Oorzaak")
    assert in_words["Eerste attesten van inburgering"] == {"levering"}
    assert in_words["Eerste contracten"] >= {"codelijst", "codelijst en levering"}
    assert not [line for line in text.splitlines() if "niet uitgesplitst" in line]
    assert {"Eerste contracten", "Eerste attesten van inburgering"} <= {row[1] for row in listed[1:]}
    assert (folder / "sv_2024_123.xlsx").is_file()
    assert succeeded(own.script("verify_issued")).splitlines() == [
        f"sv_2024_123, issued on 2024-03-01: replaced by the edition of 2024-09-01; its erratum stands in {folder}",
        "sv_2024_123, issued on 2024-09-01: every figure still comes out",
    ]
    assert "has one erratum" in refused(own.script("erratum", "sv_2024_123", "2024-03-01", "2024-09-01"))

    # What a lock names is needed; a version that was never issued is not, once a newer one is there.
    assert "needs every version" in succeeded(own.script("prune_landing"))
    shutil.rmtree(own.checkout / "issued" / "sv_2024_123" / "2024-03-01")
    shutil.rmtree(own.checkout / "issued" / "sv_2024_123" / "2024-09-01")
    first = own.landing / "agency=amal" / "reference_date=2024-01-31" / "version=1"
    assert "Not needed: version 1 of delivery amal/2024-01-31, " in succeeded(own.script("prune_landing"))
    assert first.is_dir()
    assert "Removed: version 1 of delivery amal/2024-01-31, " in succeeded(own.script("prune_landing", "--yes"))
    assert not first.exists()
    assert "needs every version" in succeeded(own.script("prune_landing"))


def test_an_issued_file_that_changed_is_refused(own: OwnCheckout) -> None:
    assert "no issued annex of question sv_1" in refused(own.script("verify_issued", "sv_1"))
    approve_all(own)
    succeeded(own.dbt("build"))
    succeeded(issue(own))
    with (own.checkout / ISSUED / "sv_2024_123" / "tab_2ab.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    for script in (("verify_issued",), ("rebuild_issued", "sv_2024_123", "2024-03-01"), ("prune_landing",)):
        assert "tab_2ab.csv: not the file that was issued" in refused(own.script(*script))
    assert "nothing was issued there; issued are sv_2024_123 2024-03-01" in refused(
        own.script("rebuild_issued", "sv_2024_123", "2024-03-02")
    )


def test_a_build_as_of_a_moment_has_what_was_loaded_by_then(own: OwnCheckout, tmp_path: Path) -> None:
    assert "no delivery was loaded until 2004-01-01" in refused(own.script("rebuild_as_of", "2004-01-01"))
    into = tmp_path / "then"
    said = succeeded(own.script("rebuild_as_of", "2099-01-01", "--into", into)).splitlines()
    assert said[0] == f"Built in {into} from 6 deliveries"
    assert len(list((into / "landing").glob("agency=*/reference_date=*/version=*"))) == 6
    assert (into / "warehouse.duckdb").is_file()
