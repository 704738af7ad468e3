"""Write files so that they appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from filelock import FileLock

DRAFTS = ".annex-draft-"
# In a folder of drafts: what was there before; and the names of what belongs together, written when all of it is whole.
BEFORE = "before"
WHOLE = "whole"


@dataclass(frozen=True)
class Drafts:
    """A folder for drafts, and the files that the next writer put in place for one that was killed."""

    folder: Path
    finished: tuple[Path, ...]


def file_to_write(output: Path, suffix: str) -> Path:
    """Return where a file is written: behind a link, the file itself, so that the link stays.

    Raises click.ClickException for a name that does not end in the suffix.
    """
    if output.suffix.lower() != suffix:
        raise click.ClickException(f"{output}: cannot be the name of this file; name one that ends in {suffix}")
    try:
        return output.resolve() if output.is_symlink() else output
    except (OSError, RuntimeError):
        raise click.ClickException(f"{output}: is a link that leads nowhere; name another file") from None


@contextmanager
def drafts_beside(output: Path) -> Iterator[Drafts]:
    """Make a folder for drafts beside a file; a second writer waits.

    What killed writers left there goes away: what was whole is put in its place, and the rest is removed.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        finished: list[Path] = []
        # A lock that cannot be had, because the machine knows none, keeps nobody from writing: what is left over stays.
        with suppress(OSError, NotImplementedError):
            stack.enter_context(FileLock(_lock_file(output.parent), mode=0o666))
            for left_over in output.parent.glob(DRAFTS + "*"):
                finished += _finish(left_over)
                shutil.rmtree(left_over, ignore_errors=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=DRAFTS, dir=output.parent)))
        yield Drafts(folder, tuple(finished))


def _lock_file(folder: Path) -> Path:
    """Return the lock of a folder, which stands elsewhere: the folder is the user's."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"inburgering-{name}.lock"


def replace_together(drafts: Path, target: Path, names: tuple[str, ...]) -> None:
    """Put files and folders in the place of those made before, or leave all as they were and raise OSError.

    The drafts have their names by then; the last one is a file, and the others belong to it. When the writer is killed
    halfway, the next one beside the file does the rest.
    """
    listed = drafts / "names"
    listed.write_text("\n".join(names), encoding="utf-8")
    listed.rename(drafts / WHOLE)
    _put_in_place(drafts, target)


def _finish(left_over: Path) -> list[Path]:
    """Put in place what a killed writer had written whole; return the file when it was not there yet."""
    if not (left_over / WHOLE).is_file():
        return []
    with suppress(OSError):
        return _put_in_place(left_over, left_over.parent)
    return []


def _put_in_place(drafts: Path, target: Path) -> list[Path]:
    """Move the drafts that are still there to their places, or put back what was there."""
    *others, file = names = (drafts / WHOLE).read_text(encoding="utf-8").split("\n")
    if not (drafts / file).exists():
        return []
    before = drafts / BEFORE
    before.mkdir(exist_ok=True)
    placed = [name for name in others if not (drafts / name).exists()]
    try:
        for name in names:
            if name in placed:
                continue
            _keep(drafts / name, target / name, before / name)
            placed.append(name)
            (drafts / name).replace(target / name)
    except BaseException:
        for name in reversed(placed):
            _put_back(drafts / name, target / name, before / name)
        (drafts / WHOLE).unlink()
        raise
    return [target / file]


def _keep(draft: Path, there: Path, before: Path) -> None:
    """Keep what stands in a place: a folder is moved away, a file is copied, so that it is never missing.

    Raises OSError for a folder where a file belongs, or the other way round: that is the user's own.
    """
    if there.exists() and there.is_dir() != draft.is_dir():
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(there))
    if there.is_dir():
        there.rename(before)
    elif there.exists():
        shutil.copy2(there, before)


def _put_back(draft: Path, there: Path, before: Path) -> None:
    """Move a draft back out of its place, and what stood there before into it."""
    if draft.exists():
        if before.is_dir():
            before.rename(there)
        return
    there.rename(draft)
    if before.exists():
        before.replace(there)
