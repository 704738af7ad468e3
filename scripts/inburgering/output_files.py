"""Write files so that they appear whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock

DRAFTS = ".annex-draft-"


@contextmanager
def drafts_beside(output: Path) -> Iterator[Path]:
    """Make a folder for drafts beside a file; a second writer waits. What killed writers left there goes away."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        # A lock that cannot be had, because the machine knows none, keeps nobody from writing: what is left over stays.
        with suppress(OSError, NotImplementedError):
            stack.enter_context(FileLock(_lock_file(output.parent), mode=0o666))
            for left_over in output.parent.glob(DRAFTS + "*"):
                shutil.rmtree(left_over, ignore_errors=True)
        yield Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=DRAFTS, dir=output.parent)))


def _lock_file(folder: Path) -> Path:
    """Return the lock of a folder, which stands elsewhere: the folder is the user's."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"inburgering-{name}.lock"


def replace_together(draft: Path, output: Path, draft_folder: Path, folder: Path) -> None:
    """Put a file and a folder in the place of those made before, or leave both as they were and raise OSError."""
    before, withdrawn = draft.with_name("before"), draft.with_name("withdrawn")
    if folder.exists():
        folder.rename(before)
    try:
        draft_folder.rename(folder)
        draft.replace(output)
    except OSError:
        if folder.exists():
            folder.rename(withdrawn)
        if before.exists():
            before.rename(folder)
        raise
