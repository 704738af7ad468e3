"""What the house says of itself: the targets of make, the pages of decisions, the version."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from support.pipeline import CHECKOUT

DECISIONS = sorted((CHECKOUT / "docs" / "decisions").glob("[0-9]*.md"))
HEADINGS = ["## Context", "## Decision", "## Consequences"]


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def test_plain_make_lists_every_target_with_its_comment() -> None:
    make = shutil.which("make")
    assert make is not None
    makefile = read("Makefile")
    targets = " ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split()
    commented = re.findall(r"^([a-z-]+):[^#\n]*  ## (.+)$", makefile, re.MULTILINE)
    assert sorted(targets) == sorted(name for name, _ in commented)
    for target in ([], ["help"]):
        # Within `make test` this is a make within make, which would say so.
        command = [make, "--no-print-directory", *target]
        printed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
        lines = [re.split(" +", line, maxsplit=2)[1:] for line in printed.splitlines()]
        assert lines == [[name, comment] for name, comment in commented]


def test_no_decision_is_missing_from_the_index() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == [*range(1, len(numbers) + 1)]
    linked = re.findall(r"^\| \[(\d+)\]\(([^)]+)\)", read("docs/decisions/README.md"), re.MULTILINE)
    assert linked == [(str(number), page.name) for number, page in zip(numbers, DECISIONS, strict=True)]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_a_number_a_date_and_three_headings(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {int(page.name[:4])}. ")
    assert re.match(r"\d{1,2} [A-Z][a-z]+ 20\d\d\. ", lines[2])
    assert [line for line in lines if line.startswith("#")][1:] == HEADINGS


def test_the_version_is_the_newest_of_the_changelog() -> None:
    versions = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert versions[0] == yaml.safe_load(read("dbt_project.yml"))["version"]
    assert len(set(versions)) == len(versions)
