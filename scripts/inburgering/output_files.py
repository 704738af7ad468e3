"""Write files so that they appear whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from filelock import FileLock

DRAFTS = ".annex-draft-"
# In a folder of drafts: the folder that was there before; and where the workbook and the folder with it belong, written
# when both are whole.
BEFORE = "before"
WHOLE = "whole"
FOLDER = "package"


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


def replace_together(draft: Path, output: Path, draft_folder: Path, folder: Path) -> None:
    """Put a file and a folder in the place of those made before, or leave both as they were and raise OSError.

    When it is killed halfway, the next writer beside the file does the rest.
    """
    draft_folder.rename(draft.with_name(FOLDER))
    names = draft.with_name("names")
    names.write_text(f"{output.name}\n{folder.name}", encoding="utf-8")
    names.rename(draft.with_name(WHOLE))
    _put_in_place(draft.parent, output.parent)


def _finish(left_over: Path) -> list[Path]:
    """Put in place what a killed writer had written whole; return the file when it was not there yet."""
    if not (left_over / WHOLE).is_file():
        return []
    with suppress(OSError):
        return _put_in_place(left_over, left_over.parent)
    return []


def _put_in_place(drafts: Path, target: Path) -> list[Path]:
    """Move folder and file out of the drafts, whichever of the two are still there, or put back what was there."""
    file_name, folder_name = (drafts / WHOLE).read_text(encoding="utf-8").split("\n")
    draft, draft_folder, folder, before = drafts / file_name, drafts / FOLDER, target / folder_name, drafts / BEFORE
    if not draft.exists():
        return []
    try:
        if draft_folder.exists():
            if folder.exists():
                folder.rename(before)
            draft_folder.rename(folder)
        draft.replace(target / file_name)
    except BaseException:
        if draft.exists():
            if not draft_folder.exists():
                folder.rename(draft_folder)
            if before.exists():
                before.rename(folder)
            (drafts / WHOLE).unlink()
        raise
    return [target / file_name]
