"""When an annex may be exported, and what the message is when it may not."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from inburgering.settings import SAMPLE_KEY
from inburgering.warehouse.build_status import status_file, write_status
from inburgering.warehouse.made_from import CHANGED, MadeFrom, read_from_begin_to_end
from support.pipeline import CHECKOUT, OwnCheckout, Pipeline, changing, own_copy, refused, succeeded
from support.soak import digest


@pytest.fixture
def built(small_sample: Pipeline, tmp_path: Path) -> Pipeline:
    """Return a copy of the small sample that a test may spoil."""
    return small_sample.copy(tmp_path)


def refusal(pipeline: Pipeline) -> str:
    """Return why the export is refused, after checking that the annex made before is still what it was."""
    output = pipeline.folder / "annex" / "annex.xlsx"
    output.parent.mkdir(exist_ok=True)
    output.write_text("the annex made before")
    message = refused(pipeline.export("--output", output))
    assert output.read_text() == "the annex made before"
    assert list(output.parent.iterdir()) == [output]
    return message


def test_the_name_defaults_to_the_question(built: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built.folder)
    printed = succeeded(built.export("sv_2024_123", "--output", built.folder / "new" / "folder" / "a.xlsx"))
    assert (built.folder / "new" / "folder" / "a.xlsx").is_file()
    assert "reference date 2024-01-31" in printed
    assert "figures equal to the warehouse" in printed


def test_no_warehouse(pipeline: Pipeline) -> None:
    assert refusal(pipeline) == (
        f"Error: {pipeline.warehouse}: no such warehouse; run dbt build first, or set INBURGERING_WAREHOUSE"
    )


def test_a_file_that_is_no_warehouse(pipeline: Pipeline) -> None:
    pipeline.warehouse.write_text("x" * 10_000)
    assert "not a DuckDB warehouse; run dbt build anew" in refusal(pipeline)


def test_a_warehouse_that_was_never_built(pipeline: Pipeline) -> None:
    duckdb.connect(str(pipeline.warehouse)).close()
    assert refusal(pipeline) == f"Error: {pipeline.warehouse}: not the result of a green build; run dbt build first"


def test_a_warehouse_that_another_program_writes_to(built: Pipeline) -> None:
    with duckdb.connect(str(built.warehouse)):
        assert "in use by another program; try again later" in refusal(built)


def test_a_build_of_some_models_only(built: Pipeline) -> None:
    succeeded(built.dbt("build", "--select", "dim_gender"))
    message = refusal(built)
    assert "(dbt build, started" in message
    assert "is partial" in message
    assert "steps were left out; run dbt build until it is green, or export the green build of" in message


def test_a_run_without_tests(built: Pipeline) -> None:
    succeeded(built.dbt("run"))
    assert "(dbt run, started" in refusal(built)


def test_a_build_that_was_broken_off(built: Pipeline) -> None:
    started = replace(built.last_run(), invocation_id="another", outcome="running", problem="broken off")
    write_status(built.warehouse, started)
    assert "is running: broken off" in refusal(built)


def test_a_build_with_a_step_that_failed_and_the_green_one_before_it(built: Pipeline) -> None:
    succeeded(built.export("--output", built.folder / "before.xlsx"))
    assert built.dbt("build", "--vars", "{first_possible_day: drie}").returncode != 0
    assert re.search(r"is red: \d+ steps failed, \w+ first; run dbt build until it is green", refusal(built))
    succeeded(built.export("--last-green", "--output", built.folder / "after.xlsx"))
    assert (built.folder / "before.xlsx").read_bytes() == (built.folder / "after.xlsx").read_bytes()


def test_a_build_without_rows(built: Pipeline) -> None:
    built.dbt("build", "--empty")
    assert "run dbt build until it is green" in refusal(built)


def test_a_red_test_after_a_green_build_counts_and_a_green_one_does_not(built: Pipeline) -> None:
    succeeded(built.dbt("test", "--select", "one_row_of_dim_gender_per_gender"))
    succeeded(built.export("--output", built.folder / "a.xlsx"))
    with duckdb.connect(f"{built.warehouse}.building") as connection:
        connection.execute("delete from dim_gender")
    assert built.dbt("test", "--select", "one_row_of_dim_gender_per_gender").returncode != 0
    assert "(dbt test, started" in refusal(built)


@pytest.mark.parametrize("is_left_beside", [False, True])
def test_a_warehouse_that_somebody_changed_is_neither_exported_nor_built_on(
    built: Pipeline, is_left_beside: bool
) -> None:
    """A program that is killed leaves changes beside the warehouse, and whoever opens it reads them with it."""
    succeeded(built.export("--output", built.folder / "before.xlsx"))
    with duckdb.connect(str(built.warehouse)) as connection:
        if is_left_beside:
            connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("update annex_cube set persons = persons + 1")
        connection.execute("update fct_contracts set year = 2022 where year = 2021")
    for arguments in ((), ("--last-green",)):
        assert f"{built.warehouse}: not known to be as the build of " in refused(built.export(*arguments))
    succeeded(built.dbt("test", "--select", "one_row_of_dim_gender_per_gender"))
    assert "not known to be" in refused(built.export("--last-green"))
    assert "Built anew" not in succeeded(built.dbt("build"))
    succeeded(built.export("--output", built.folder / "after.xlsx"))
    assert (built.folder / "before.xlsx").read_bytes() == (built.folder / "after.xlsx").read_bytes()


def test_a_warehouse_that_somebody_only_looked_at_is_exported(built: Pipeline) -> None:
    with duckdb.connect(str(built.warehouse)) as connection:
        assert connection.execute("select count(*) from annex_figures").fetchall() != [(0,)]
    succeeded(built.export())


def test_an_agency_without_a_delivery_for_the_reference_date(built: Pipeline) -> None:
    shutil.rmtree(built.landing / "agency=amal" / "reference_date=2024-01-31")
    succeeded(built.dbt("build"))
    assert refusal(built) == (
        "Error: no delivery of Amal for reference date 2024-01-31; load it and run dbt build, "
        "or name another reference date in the question"
    )


def test_totals_that_do_not_add_up(built: Pipeline) -> None:
    with changing(built.warehouse) as connection:
        connection.execute("update annex_checks_totals set agrees = false where year = 2022")
    assert "Contracten of 2022 by Totaal do not add up to the total" in refusal(built)


def test_an_unknown_question(built: Pipeline) -> None:
    assert "no such question; known are doorstroom, sv_2023_113, sv_2024_123, voorbeeld_gekruist" in refused(
        built.export("sv_1999_1")
    )


def test_an_output_that_cannot_be_written(built: Pipeline) -> None:
    (built.folder / "annex.xlsx").mkdir()
    assert "Usage" not in refused_usage(built.export("--output", built.folder / "annex.xlsx"))
    (built.folder / "file").write_text("")
    message = refused(built.export("--output", built.folder / "file" / "annex.xlsx"))
    assert "cannot be written" in message
    assert "--output" in message


def refused_usage(step: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a refusal that click makes itself, below its usage lines."""
    assert step.returncode == 2
    return step.stderr.splitlines()[-1]


def test_the_build_refuses_a_landing_without_an_agency(built: Pipeline) -> None:
    shutil.rmtree(built.landing / "agency=atlas")
    step = built.dbt("build")
    assert step.returncode != 0
    assert "no delivery of atlas; load one first with python scripts/load_extracts.py" in step.stdout
    assert "(dbt build, started" in refusal(built)
    assert "is running: it is still running or was broken off; run dbt build until it is green" in refusal(built)
    succeeded(built.export("--last-green", "--output", built.folder / "a.xlsx"))


def test_a_landing_that_changed_since_the_build(built: Pipeline) -> None:
    version = built.landing / "agency=amal" / "reference_date=2024-01-31" / "version=1"
    name, how = "version {} of delivery amal/2024-01-31", "since dbt built it at"
    shutil.copytree(version, version.with_name("version=2"))
    assert f"{built.warehouse}: {name.format(2)} came {how}" in refusal(built)
    for step in ("report_rejects", "write_answer"):
        assert f"{name.format(2)} came {how}" in refused(built.script(step))
    sample = built.folder / "sample.xlsx"
    succeeded(built.export("--last-green", "--output", sample))
    assert f"{name.format(2)} came {how}" in refused(built.script("explain_cell", sample, "2c!B7"))
    succeeded(built.script("explain_cell", sample, "2c!B7", "--last-green"))
    shutil.rmtree(version.with_name("version=2"))
    succeeded(built.export("--output", sample))
    (version / "delivery.parquet").unlink()
    assert f"{name.format(1)} changed {how}" in refusal(built)
    shutil.rmtree(version)
    assert re.search(r"is gone since dbt built it at .* UTC; run dbt build, or export .* --last-green$", refusal(built))


@pytest.fixture(scope="module")
def own_checkout(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> OwnCheckout:
    """Return the small sample with a copy of the project it was built from; a test puts back what it changes."""
    own = own_copy(tmp_path_factory.mktemp("own_checkout"), SAMPLE_KEY)
    small_sample.copy(own.folder)
    return own


def test_what_dbt_reads_changed_since_the_build(own_checkout: OwnCheckout) -> None:
    model = own_checkout.checkout / "models" / "core" / "dim_gender.sql"
    before = model.read_text()
    model.write_text(before + "-- a remark\n")
    assert f"{own_checkout.warehouse}: models/core/dim_gender.sql changed since dbt built it" in refusal(own_checkout)
    model.write_text(before)
    succeeded(own_checkout.export("--output", own_checkout.folder / "a.xlsx"))
    for new in ("seeds/lists/new.csv", "macros/new.sql", "tests/data/new.sql", "vars.yml"):
        (own_checkout.checkout / new).write_text("")
        assert f"{new} came since dbt built it" in refusal(own_checkout)
        (own_checkout.checkout / new).unlink()
    model.rename(own_checkout.folder / "dim_gender.sql")
    assert "models/core/dim_gender.sql is gone since dbt built it" in refusal(own_checkout)
    (own_checkout.folder / "dim_gender.sql").rename(model)


def test_a_build_that_ends_before_its_first_hook_does_not_hide_the_change_that_ended_it(
    own_checkout: OwnCheckout,
) -> None:
    model = own_checkout.checkout / "models" / "core" / "dim_gender.sql"
    before, status = model.read_text(), own_checkout.last_run()
    model.write_text("{% if %}")
    assert own_checkout.dbt("build").returncode != 0
    assert own_checkout.last_run() == status
    assert "models/core/dim_gender.sql changed since dbt built it" in refusal(own_checkout)
    model.write_text(before)


def changed_after_all_others(own: OwnCheckout, change: Callable[[Path], None]) -> str:
    """Change a model, and return what differs from what a run that started just before that read."""
    model = own.checkout / "models" / "core" / "dim_gender.sql"
    last = max(path.stat().st_ctime for path in own.checkout.rglob("*"))
    started = datetime.datetime.fromtimestamp(last, datetime.UTC) + datetime.timedelta(microseconds=1)
    while model.stat().st_ctime <= started.timestamp():
        change(model)
    return succeeded(
        own.python(
            "import datetime\nfrom inburgering.warehouse.made_from import read_since, what_is_there\n"
            f"print(what_is_there().since(read_since(datetime.datetime.fromisoformat('{started.isoformat()}'))))"
        )
    ).strip()


def test_a_file_that_changes_while_dbt_reads_it_is_not_taken_for_what_was_built(own_checkout: OwnCheckout) -> None:
    assert changed_after_all_others(own_checkout, Path.touch) == "models/core/dim_gender.sql changed"


def test_a_file_that_is_copied_into_its_place_while_dbt_reads_it_counts_as_changed(own_checkout: OwnCheckout) -> None:
    """The copy has the time at which its original was written."""
    assert changed_after_all_others(own_checkout, lambda model: os.utime(model, (0, 0))) == (
        "models/core/dim_gender.sql changed"
    )


def test_a_seed_that_was_another_for_a_moment_of_the_build_equals_no_seed() -> None:
    begin = MadeFrom({"a": "1"}, {"seeds/x.csv": "1", "seeds/y.csv": "1"})
    end = MadeFrom({"a": "2"}, {"seeds/x.csv": CHANGED, "seeds/y.csv": "1"})
    read = read_from_begin_to_end(begin, end)
    assert read == MadeFrom({"a": "1"}, {"seeds/x.csv": CHANGED, "seeds/y.csv": "1"})
    assert begin.since(read) == "seeds/x.csv changed"


def test_dbt_builds_neither_what_its_files_were_before_nor_with_settings_of_elsewhere(
    built: Pipeline, tmp_path: Path
) -> None:
    """The record of such a build would name files and settings that it was not made from."""
    before = digest(built.warehouse)
    stale = built.dbt("build", "--no-partial-parse-file-diff")
    assert stale.returncode != 0
    assert "partial_parse_file_diff is off, so dbt would build what its files were before; leave out" in stale.stdout
    settings = tmp_path / "elsewhere"
    settings.mkdir()
    profile = (CHECKOUT / "profiles.yml").read_text(encoding="utf-8")
    profile = profile.replace("{{ flags.PROFILES_DIR }}/scripts", str(CHECKOUT / "scripts"))
    (settings / "profiles.yml").write_text(profile, encoding="utf-8")
    elsewhere = built.dbt("build", "--profiles-dir", settings)
    assert elsewhere.returncode != 0
    assert "dbt reads its settings there, which no annex would name" in " ".join(elsewhere.stdout.split())
    copy = tmp_path / "copy"
    for name in ("models", "macros", "seeds", "tests/data"):
        shutil.copytree(CHECKOUT / name, copy / name)
    for path in CHECKOUT.glob("*.yml"):
        shutil.copy(path, copy)
    of_a_copy = built.dbt("build", "--project-dir", copy, "--profiles-dir", CHECKOUT)
    assert of_a_copy.returncode != 0
    assert "dbt reads its models there, which no annex would name" in " ".join(of_a_copy.stdout.split())
    assert digest(built.warehouse) == before


def test_a_build_with_vars_of_its_own_is_not_published(built: Pipeline) -> None:
    before = digest(built.warehouse)
    printed = succeeded(built.dbt("build", "--vars", "{registration_term_months: 12}"))
    told = 'it was run with --vars {"registration_term_months": 12}'
    assert f"Not published: {told}; run dbt build without --vars" in printed
    assert "Built and published" not in printed
    assert digest(built.warehouse) == before
    assert f"is partial: {told}; run dbt build until it is green" in refusal(built)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "not there"),
        (b"a folder", "cannot be read as a file (remove it)"),
        (b"", "damaged"),
        (b"{}", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"\xff", "damaged"),
        (b'{"invocation_id": 1, "command": [], "started_at": null, "outcome": "green", "problem": ""}', "damaged"),
    ],
)
def test_a_status_that_says_nothing_lifts_no_check(built: Pipeline, content: bytes | None, problem: str) -> None:
    status = status_file(built.warehouse)
    if content is None:
        status.unlink()
    elif content == b"a folder":
        status.unlink()
        status.mkdir()
    else:
        status.write_bytes(content)
    assert f"{status}: {problem}, so how the last run of dbt ended is unknown; run dbt build" in refusal(built)
    assert f"{status}: {problem}" in refused(built.export("--last-green"))


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        ("select 1 as other", "built by another version of the models; run dbt build"),
        ("select * from build union all select * from build", "its record of the build is damaged; run dbt build"),
        ("select * replace ('[' as files) from build", "its record of the build is damaged; run dbt build"),
        ("select * replace ('[1]' as files) from build", "its record of the build is damaged; run dbt build"),
        ("select * replace (null as deliveries) from build", "its record of the build is damaged; run dbt build"),
    ],
)
def test_a_record_of_the_build_that_cannot_be_read(built: Pipeline, build: str, problem: str) -> None:
    with changing(built.warehouse) as connection:
        connection.execute(f"create or replace table build as {build}")
    assert refusal(built) == f"Error: {built.warehouse}: {problem}"


def test_the_annex_names_what_was_built_and_not_what_lies_there_at_the_export(own_checkout: OwnCheckout) -> None:
    git = shutil.which("git") or "git"

    def here() -> str:
        return succeeded(own_checkout.python("from inburgering.settings import code_version as v; print(v())")).strip()

    def run(*arguments: str) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x")
        return succeeded(own_checkout._run(git, "-C", str(own_checkout.checkout), *identity, *arguments)).strip()

    assert here() == "unknown"
    shutil.copy(CHECKOUT / ".gitignore", own_checkout.checkout)
    run("init", "--quiet")
    run("add", ".")
    run("commit", "--quiet", "--message", "one")
    first = run("rev-parse", "HEAD")
    succeeded(own_checkout.dbt("build"))
    assert provenance(own_checkout) == first
    (own_checkout.checkout / "README.md").write_text("changed")
    run("commit", "--quiet", "--all", "--message", "two")
    assert provenance(own_checkout) == first
    (own_checkout.checkout / "README.md").write_text("changed again")
    assert here() == f"{run('rev-parse', 'HEAD')}, with changes that are not committed"


def provenance(pipeline: Pipeline) -> str:
    """Return what workbook and data package of an export say of the models, without the hash."""
    output = pipeline.folder / "named.xlsx"
    succeeded(pipeline.export("--output", output))
    said = {prop.name: prop.value for prop in load_workbook(output).custom_doc_props.props}
    described = json.loads((pipeline.folder / "named" / "datapackage.json").read_text(encoding="utf-8"))
    assert described["provenance"] == said
    assert all(re.fullmatch("[0-9a-f]{64}", said[name]) for name in ("code lists", "rules"))
    return said["commit"]
