"""A workbook, its control file and its data package are replaced together, whatever stops the writer and whenever."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from inburgering.annex.control_file import control_file
from inburgering.output_files import drafts_beside, file_to_write, replace_together
from support.soak import files_of


def write_annex(annex: Path, content: str) -> None:
    with drafts_beside(annex) as drafts:
        package = drafts.folder / annex.stem
        names = (package.name, control_file(annex).name, annex.name)
        package.mkdir()
        (package / "datapackage.json").write_text(content)
        for name in names[1:]:
            (drafts.folder / name).write_text(content)
        replace_together(drafts.folder, annex.parent, names)


def all_of(content: str) -> dict[str, bytes]:
    return {"workbook": content.encode(), "control": content.encode(), "datapackage.json": content.encode()}


def killed_at(move: int, annex: Path) -> bool:
    """Write an annex in a process that is gone before its move of that number; say whether it came to that move."""
    process = os.fork()
    if process == 0:
        with count_moves(lambda moves: os._exit(9) if moves == move else None):
            write_annex(annex, "new")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


@contextmanager
def count_moves(before_a_move: Callable[[int], None]) -> Iterator[None]:
    """Call a function with the number of the move before every move of a file or folder."""
    moves = itertools.count(1)

    def counted(original: Callable) -> Callable:
        def moved(self: Path, target: Path) -> Path:
            before_a_move(next(moves))
            return original(self, target)

        return moved

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "rename", counted(Path.rename))
        patched.setattr(Path, "replace", counted(Path.replace))
        yield


@pytest.mark.parametrize("made_before", [True, False])
@pytest.mark.parametrize("move", range(1, 7))
def test_a_kill_at_any_move_is_mended_by_the_next_export_of_any_annex_in_that_folder(
    tmp_path: Path, move: int, made_before: bool
) -> None:
    annex, other = tmp_path / "annex.xlsx", tmp_path / "other.xlsx"
    if made_before:
        write_annex(annex, "old")
    last_move = 5 if made_before else 4
    assert killed_at(move, annex) == (move <= last_move)
    write_annex(other, "other")
    # From the second move on all is written whole, so the next export brings it to its places.
    if move > 1:
        assert files_of(annex) == all_of("new")
    elif made_before:
        assert files_of(annex) == all_of("old")
    else:
        assert not any(path.exists() for path in (annex, control_file(annex), annex.with_suffix("")))
    assert not list(tmp_path.glob(".annex-draft-*"))
    assert files_of(other) == all_of("other")


@pytest.mark.parametrize("move", range(2, 6))
@pytest.mark.parametrize("stopped_by", [OSError, KeyboardInterrupt])
def test_what_stops_an_export_halfway_leaves_all_as_it_was(
    tmp_path: Path, move: int, stopped_by: type[BaseException]
) -> None:
    annex = tmp_path / "annex.xlsx"
    write_annex(annex, "old")

    def stop(moves: int) -> None:
        if moves == move:
            raise stopped_by

    with count_moves(stop), pytest.raises(stopped_by):
        write_annex(annex, "new")
    assert files_of(annex) == all_of("old")
    assert set(tmp_path.iterdir()) == {annex, control_file(annex), annex.with_suffix("")}


def test_the_next_export_says_what_it_brought_to_its_end(tmp_path: Path) -> None:
    annex = tmp_path / "annex.xlsx"
    write_annex(annex, "old")
    assert killed_at(5, annex)
    with drafts_beside(tmp_path / "other.xlsx") as drafts:
        assert drafts.finished == (annex,)


def test_a_link_stays_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    behind, link = tmp_path / "behind.xlsx", tmp_path / "links" / "annex.xlsx"
    link.parent.mkdir()
    link.symlink_to(behind)
    write_annex(file_to_write(link, ".xlsx"), "new")
    assert link.is_symlink()
    assert files_of(behind) == all_of("new")
    round_and_round = tmp_path / "loop.xlsx"
    round_and_round.symlink_to(round_and_round)
    with pytest.raises(click.ClickException, match="is a link that leads nowhere; name another file"):
        file_to_write(round_and_round, ".xlsx")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.xlsx.txt", ".xlsx", "..", "a.", "/dev/null"])
def test_a_file_of_another_ending_is_refused(name: str) -> None:
    with pytest.raises(click.ClickException, match=r"name one that ends in \.xlsx"):
        file_to_write(Path(name), ".xlsx")
