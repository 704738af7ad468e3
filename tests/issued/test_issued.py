"""What was issued stays, and whether it still comes out is said with what differs since."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

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


def issue(own: OwnCheckout, day: str = "2024-03-01") -> subprocess.CompletedProcess[str]:
    return own.script("issue_annex", "sv_2024_123", "--issued-on", day, "--issued-by", "Tester")


def test_what_was_issued_stays_and_why_it_differs_is_said(own: OwnCheckout) -> None:
    # The sample was built elsewhere, from another commit.
    assert "run dbt build, issue" in refused(issue(own))
    succeeded(own.dbt("build"))
    succeeded(issue(own))
    folder = own.checkout / ISSUED
    lock = yaml.safe_load((folder / "lock.yml").read_text(encoding="utf-8"))
    assert (lock["commit"], lock["issued_by"]) == (git(own, "rev-parse", "HEAD"), "Tester")
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

    types = own.checkout / "seeds" / "codes" / "counted_types.csv"
    lines = types.read_text(encoding="utf-8").splitlines()
    turned = [line.replace(",true", ",false") if line.startswith("attests") else line for line in lines]
    assert turned != lines
    types.write_text("\n".join(turned) + "\n", encoding="utf-8")
    succeeded(own.dbt("build"))
    verified = own.script("verify_issued", "sv_2024_123")
    assert verified.returncode == 1, verified.stderr
    said = verified.stdout.splitlines()
    assert said[0].endswith("figures differ now")
    assert said[1] == "  differs since: code list: seeds/codes/counted_types.csv changed"
    assert any(", attests 2023, Atlas: " in line for line in said)

    with (folder / "sv_2024_123" / "tab_2ab.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert "tab_2ab.csv: not the file that was issued" in refused(own.script("verify_issued"))
    assert "no issued annex of question sv_1" in refused(own.script("verify_issued", "sv_1"))
