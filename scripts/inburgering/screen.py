"""What scripts say: nothing that a console cannot show or would carry out, and every failure in one line."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click


def run(command: click.Command) -> NoReturn:
    """Run the command of a script to its end; whatever stops it is said in one line."""
    survive_every_console()
    try:
        sys.exit(command.main(standalone_mode=False))
    except click.Abort:
        failure, code = "stopped; what was there before stays", 130
    except click.ClickException as refusal:
        failure, code = refusal.format_message(), refusal.exit_code
        if isinstance(refusal, click.UsageError) and refusal.ctx:
            failure += f" (see {refusal.ctx.command_path} --help)"
    except Exception as error:  # a traceback helps no user, and could show what was delivered
        failure, code = _reason(error), 1
    click.echo(f"Error: {on_one_line(failure)}", err=True)
    sys.exit(code)


def survive_every_console() -> None:
    """Spell out the characters that the console's encoding lacks, instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(*lines: str) -> None:
    """Show lines; whatever a console would carry out in one of them is spelled out."""
    for line in lines:
        click.echo("\t".join(on_one_line(part) for part in line.split("\t")))


def on_one_line(text: str) -> str:
    """Spell out line breaks, escape sequences and whatever else a console would carry out or not show."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _reason(error: Exception) -> str:
    import duckdb  # it takes time to import

    from inburgering.write_errors import reason

    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return "there is not enough memory; close other programs and try again"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: cannot be read or written ({reason(error)})"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}, which nobody expected; "
        "report this as a bug"
    )
