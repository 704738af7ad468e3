"""Run a command and measure the whole process: seconds, processor seconds and peak memory."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

LOOK_EVERY_SECONDS = 0.2
SPARE_BYTES = 2**30


@dataclass
class Measured:
    """The runs of one command, and whether the command fitted into memory."""

    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    fits: bool = True

    @property
    def median(self) -> float:
        """Return the median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def processor(self) -> float:
        """Return the median of the processor seconds, which other work on the machine changes least."""
        return statistics.median(self.processor_seconds)

    @property
    def peak(self) -> float:
        """Return the highest peak of memory, in MB."""
        return max(self.megabytes)


class CommandFailedError(Exception):
    """A command failed; the message has the last lines that the command printed."""


def measure(command: list[str], measured: Measured, folder: Path, environment: dict[str, str]) -> str:
    """Run a command in a folder, add what it took to `measured`, and return what was printed.

    A process that needs more memory than the machine has left is killed, and `measured.fits` becomes false. Raises
    CommandFailedError when the command fails for another reason.
    """
    room = available_bytes() - SPARE_BYTES
    with tempfile.TemporaryFile() as file:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)  # noqa: S603
        ended = threading.Event()
        watcher = threading.Thread(target=_end_when_too_large, args=(process.pid, room, ended), daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        ended.set()
        file.seek(0)
        printed = file.read().decode(errors="replace")
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode == -signal.SIGKILL or "MemoryError" in printed or "Out of Memory" in printed:
        measured.fits = False
    elif process.returncode:
        raise CommandFailedError(f"{' '.join(command)} failed:\n" + "\n".join(printed.splitlines()[-20:]))
    else:
        measured.seconds.append(seconds)
        measured.processor_seconds.append(usage.ru_utime + usage.ru_stime)
        measured.megabytes.append(usage.ru_maxrss / 1024)
    return printed


def available_bytes() -> int:
    """Return how much memory a new process can have."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def _end_when_too_large(process: int, room: int, ended: threading.Event) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not ended.wait(LOOK_EVERY_SECONDS):
        try:
            resident = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * page
        except OSError:
            return
        if resident > room:
            os.kill(process, signal.SIGKILL)
            return
