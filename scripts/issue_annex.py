"""Record the annex of a question as issued, with a lock that says what it was made from."""

from __future__ import annotations

import datetime

import click

from inburgering.screen import run, say


@click.command()
@click.argument("question")
@click.option("--issued-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day on which it was sent.")
@click.option("--issued-by", help="Who issues it.  [default: the user of this machine]")
@click.option("--without-approval", is_flag=True, help="Go on although nobody approved a choice; the lock says so.")
def main(question: str, issued_on: datetime.datetime, issued_by: str | None, without_approval: bool) -> None:
    """Record the annex of QUESTION as issued: workbook, data package, question and lock, in issued/QUESTION/DATE/."""
    from inburgering.annex.question import read_question
    from inburgering.issued.issue import issue_annex
    from inburgering.settings import warehouse_file

    folder = issue_annex(read_question(question), warehouse_file(), issued_on.date(), issued_by, without_approval)
    say(f"Issued {question} in {folder}", "Send the workbook that stands there, and commit that folder.")


if __name__ == "__main__":
    run(main)
