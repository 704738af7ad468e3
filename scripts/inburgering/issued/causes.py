"""What an issued annex was made from that differs from what another is made from, in words."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from inburgering.annex.texts import dutch_date
from inburgering.settings import CHECKOUT
from inburgering.warehouse.made_from import Change, changes
from inburgering.yaml_file import read_yaml

DELIVERY = re.compile(r"version (\d+) of delivery (\w+)/(\d{4}-\d{2}-\d{2})")
DELIVERED = {"came": "nieuwe levering", "is gone": "levering die er niet meer is", "changed": "gewijzigde levering"}
# Who approved a choice moves no figure.
APPROVALS = "seeds/lists/choices.csv"
KINDS_IN_DUTCH = {
    "delivery": "levering",
    "code list": "codelijst",
    "rule": "rekenregel",
    "question": "vraagstelling",
    "packages": "programma’s",
}
SEEDS, MODELS, SQL = "seeds", ("models", "macros"), ".sql"


@dataclass(frozen=True)
class Cause:
    """A delivery, code list, rule, question or set of packages that differs: what it is, and the change."""

    kind: str
    change: Change

    def __str__(self) -> str:
        return f"{self.kind}: {self.change}"

    @property
    def in_dutch(self) -> str:
        """Return the cause as an erratum words it."""
        name = self.change.name
        if delivery := DELIVERY.fullmatch(name):
            version, agency, day = delivery.groups()
            about = f"{_label(agency)}, peildatum {dutch_date(datetime.date.fromisoformat(day))}, versie {version}"
            return f"{DELIVERED[self.change.how]} ({about})"
        said = {
            "code list": f"gewijzigde codelijst ({PurePosixPath(name).stem})",
            "rule": f"gewijzigde rekenregel ({PurePosixPath(name).name})",
            "question": "gewijzigde vraagstelling van de bijlage",
            "packages": "andere versies van de gebruikte programma’s",
        }
        return said[self.kind]


def _label(agency: str) -> str:
    """Return the Dutch name of an agency; its code where it delivers no more."""
    agencies = read_yaml(CHECKOUT / "dbt_project.yml")["vars"]["agencies"]
    return agencies[agency]["label"] if agency in agencies else agency


def causes(
    deliveries: tuple[dict[str, str], dict[str, str]],
    files: tuple[dict[str, str], dict[str, str]],
    questions: tuple[str, str],
    packages: tuple[str, str],
) -> tuple[Cause, ...]:
    """Return everything that differs between what is there now and what was there then, each a pair of hashes.

    Of the files, texts that no figure comes from are left out.
    """
    found = [Cause("delivery", change) for change in changes(*deliveries)]
    for change in changes(*files):
        path = PurePosixPath(change.name)
        if path.parts[0] == SEEDS:
            if path.suffix == ".csv" and change.name != APPROVALS:
                found.append(Cause("code list", change))
        elif path.name == "dbt_project.yml" or (path.parts[0] in MODELS and path.suffix == SQL):
            found.append(Cause("rule", change))
    if questions[0] != questions[1]:
        found.append(Cause("question", Change("models/questions", "changed")))
    if packages[0] != packages[1]:
        found.append(Cause("packages", Change("uv.lock", "changed")))
    return tuple(found)
