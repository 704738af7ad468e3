"""The script that breaks the rules one at a time: its list is up to date, and tests turn red."""

from __future__ import annotations

import pytest

from dev.mutate_rules import verdict_of
from dev.rule_mutations import MUTATIONS
from support.pipeline import CHECKOUT, Pipeline, refused, succeeded

NAMES = [mutation.name for mutation in MUTATIONS]


def test_every_mutation_finds_its_text_and_changes_it() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 25
    for mutation in MUTATIONS:
        assert mutation.mutated(CHECKOUT) != (CHECKOUT / mutation.file).read_text(encoding="utf-8"), mutation.name


@pytest.mark.parametrize(
    ("statuses", "outcome", "because"),
    [
        (["success", "pass", "no-op"], "survived", ""),
        (["success", "fail", "skipped"], "killed", "a_rule"),
        (["success", "fail", "error"], "killed", "a_rule"),
        (["success", "error", "fail"], "broken", "a_rule ended in error: SQL"),
        (["error", "skipped", "skipped"], "broken", "a_model ended in error: SQL"),
    ],
)
def test_only_a_test_that_fails_is_a_kill(statuses: list[str], outcome: str, because: str) -> None:
    steps = ("model.inburgering.a_model", "unit_test.inburgering.a_model.a_rule", "test.inburgering.a_check.1234")
    results = [
        {"unique_id": step, "status": status, "message": "SQL"} for step, status in zip(steps, statuses, strict=True)
    ]
    verdict = verdict_of(results)
    assert (verdict.outcome, verdict.because) == (outcome, because)


def test_a_rule_broken_for_real_turns_a_test_red(pipeline: Pipeline) -> None:
    chosen = "reach is registered over invited"
    assert chosen in NAMES
    printed = succeeded(pipeline.maintain("mutate_rules", "--only", chosen)).splitlines()
    # Whichever of the three fails first.
    assert printed[1].split(" ← ")[1] in (
        "the_reach_of_two_breakdowns_is_that_of_their_pair",
        "a_share_within_months_is_given_when_everybody_had_that_time",
        "reach_is_registered_over_invited_and_none_when_nobody_was_invited",
    )
    assert printed[2].startswith("1 mutations: 1 killed, 0 survived, 0 broken")


def test_a_text_that_no_mutation_has_in_its_name_is_refused(pipeline: Pipeline) -> None:
    assert "no such rule" in refused(pipeline.maintain("mutate_rules", "--only", "no such rule"))
