"""Tell which kind of cause moved which figure of an issued annex, by annexes that are built between then and now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from inburgering.annex.comparison import DifferingFigure, compare_annexes
from inburgering.issued.causes import Cause
from inburgering.issued.lock import Lock
from inburgering.issued.rebuild import Workspace, check_out, require_deliveries
from inburgering.settings import CHECKOUT

# The order in which what is new takes the place of what was. A question is exported by the scripts of its own commit.
PACKAGES, CODE_LISTS, RULES, DELIVERIES = ("packages",), ("code list",), ("rule", "question"), ("delivery",)
STAGES = (PACKAGES, CODE_LISTS, RULES, DELIVERIES)


@dataclass(frozen=True)
class Step:
    """The kinds of cause of a step from one annex to the next, and the figures that it moved."""

    kinds: tuple[str, ...]
    moved: frozenset[tuple]


def one_step(then: Path, now: Path, why: Iterable[Cause]) -> tuple[Step, ...]:
    """Return one step from an annex to a newer one, with all kinds of cause; none where there is no cause."""
    kinds = {cause.kind for cause in why}
    return (_step([kind for stage in STAGES for kind in stage], kinds, then, now),) if kinds else ()


def steps_between(
    then: Path,
    lock: Lock,
    now: Path,
    commit: str | None,
    why: Iterable[Cause],
    scratch: Path,
    say: Callable[[str], None],
) -> tuple[Step, ...]:
    """Return the steps from an issued annex to a newer one, each with the figures that it moved.

    `commit` is that of the newer annex; None: the present checkout, as it is. One kind of cause takes no build, and
    every further one takes one, in the folder `scratch`, after a line of `say`. Where nothing can be built between two
    kinds, such as new code lists with old rules, these are one step.

    Raises click.ClickException when a delivery or a commit is no longer there.
    """
    why = tuple(why)
    kinds = {cause.kind for cause in why}
    stages = [stage for stage in STAGES if kinds.intersection(stage)]
    if len(stages) < 2:
        return one_step(then, now, why)
    require_deliveries(lock.deliveries)
    new = check_out(commit, scratch / "now") if commit else CHECKOUT
    steps: list[Step] = []
    waiting: tuple[str, ...] = ()
    for stage in stages[:-1]:
        waiting += stage
        folder = scratch / "-".join(stage).replace(" ", "-")
        checkout = new if stage == RULES else check_out(lock.commit, folder / "checkout")
        if stage == CODE_LISTS:
            _take_code_lists(why, new, checkout)
        workspace = Workspace(folder, checkout)
        say(f"Building an annex with another {' and '.join(stage)} alone, to tell causes apart")
        try:
            workspace.build(lock.deliveries)
            between = workspace.export(lock.question)
        except click.ClickException:
            continue
        steps.append(_step(waiting, kinds, then, between))
        then, waiting = between, ()
    return (*steps, _step(waiting + stages[-1], kinds, then, now))


def kinds_that_moved(figure: DifferingFigure, steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the kinds of cause that moved a figure, in the order of the steps."""
    return tuple(kind for step in steps if _key(figure) in step.moved for kind in step.kinds)


def _step(stage: Iterable[str], kinds: set[str], before: Path, after: Path) -> Step:
    moved = frozenset(_key(figure) for figure in compare_annexes(before, after).figures)
    return Step(tuple(kind for kind in stage if kind in kinds), moved)


def _key(figure: DifferingFigure) -> tuple:
    return figure.table, figure.year, figure.measure, figure.label, figure.second_label


def _take_code_lists(why: Iterable[Cause], new: Path, checkout: Path) -> None:
    for cause in why:
        if cause.kind in CODE_LISTS:
            source, list_there = new / cause.change.name, checkout / cause.change.name
            if source.is_file():
                list_there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, list_there)
            else:
                list_there.unlink()
