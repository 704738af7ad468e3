"""Work on several items at once has the outcome of work on one after the other."""

from __future__ import annotations

import os
import threading

import pytest

from inburgering.intake.all_cores import GaveUpError, GiveUp, on_all_cores

LONG_ENOUGH = 60


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_two_items_are_worked_on_at_once_and_the_outcomes_keep_their_order() -> None:
    both_began = threading.Barrier(2, timeout=LONG_ENOUGH)
    second_ended = threading.Event()

    def work(item: str, _: GiveUp) -> str:
        both_began.wait()
        if item == "first":
            assert second_ended.wait(LONG_ENOUGH)
        else:
            second_ended.set()
        return item.upper()

    assert on_all_cores(work, ["first", "second"]) == ["FIRST", "SECOND"]


def test_of_two_failures_the_first_item_is_named_though_the_second_failed_before_it() -> None:
    second_failed = threading.Event()

    def work(item: str, _: GiveUp) -> None:
        if item == "first":
            assert second_failed.wait(LONG_ENOUGH)
        second_failed.set()
        raise ValueError(item)

    with pytest.raises(ValueError, match="first"):
        on_all_cores(work, ["first", "second", "third"])


def test_work_after_a_failure_is_told_to_give_up_and_has_ended() -> None:
    began, gave_up, started = threading.Event(), [], []

    def work(item: str, give_up: GiveUp) -> None:
        started.append(item)
        if item == "first":
            assert began.wait(LONG_ENOUGH)
            raise KeyboardInterrupt
        began.set()
        try:
            while True:
                give_up.check()
        except GaveUpError:
            gave_up.append(item)
            raise

    with pytest.raises(KeyboardInterrupt):
        on_all_cores(work, ["first", "second", "third", "fourth"])
    # Several give up at once, in any order.
    assert sorted(gave_up) == sorted(item for item in started if item != "first")
    assert "second" in gave_up


def test_without_items_nothing_comes_out() -> None:
    assert on_all_cores(lambda item, _: item, []) == []
