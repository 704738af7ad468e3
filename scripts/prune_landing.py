"""List versions of deliveries that no issued annex and no newest delivery needs, and remove them when asked."""

from __future__ import annotations

import click

from inburgering.screen import run, say


@click.command()
@click.option("--yes", is_flag=True, help="Remove them; without it they are only listed.")
def main(yes: bool) -> None:
    """List the versions in INBURGERING_LANDING that no issued annex and no newest delivery needs."""
    from inburgering.issued.pruning import prune
    from inburgering.settings import landing_folder

    landing = landing_folder()
    unneeded = prune(landing, remove=yes)
    say(*(f"{'Removed' if yes else 'Not needed'}: {one.name}, {one.size / 1e6:.1f} MB" for one in unneeded))
    if not unneeded:
        say(f"{landing}: an issued annex or a newest delivery needs every version")
    elif yes:
        say("Run dbt build: it is made from what lies there.")
    else:
        say("To remove them: python scripts/prune_landing.py --yes")


if __name__ == "__main__":
    run(main)
