"""Deliveries: what an agency handed over for a reference date, and where these stand among the extracts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from inburgering.intake.decoding import shown
from inburgering.intake.extract_contract import AgencyContract

# What agencies send, packed or not; other files, such as a note, may stand anywhere.
SUFFIXES_OF_DELIVERIES = (".csv", ".xlsx", ".xlsm", ".xls", ".zip", ".7z", ".rar", ".gz", ".tar", ".tgz")


@dataclass(frozen=True)
class Delivery:
    """What one agency handed over for one reference date."""

    contract: AgencyContract
    reference_date: datetime.date
    folder: Path

    @property
    def name(self) -> str:
        """Name the delivery as its folder does: agency/reference date."""
        return f"{self.contract.agency}/{self.reference_date}"

    @property
    def files(self) -> dict[str, Path]:
        """Return where each of its files should stand, by name."""
        return {table.file_name: self.folder / table.file_name for table in self.contract.tables}

    @property
    def size_bytes(self) -> int:
        """Return how large its files are together."""
        return sum(path.stat().st_size for path in self.files.values() if path.is_file())


def find_deliveries(extracts: Path, contracts: dict[str, AgencyContract]) -> tuple[list[Delivery], list[str]]:
    """Return the deliveries under the extracts folder, oldest first.

    And a line for each folder that is none, or has a file that is not of its delivery, and for each file of an agency
    that stands above its delivery.
    """
    deliveries, problems = [], _misplaced_files(extracts, "")
    for agency_folder in _visible_folders(extracts):
        contract = contracts.get(agency_folder.name)
        if contract is None:
            problems.append(f"{shown(agency_folder.name)}: no such agency; expected one of {', '.join(contracts)}")
            continue
        if agency_folder.is_symlink():
            problems.append(f"{contract.agency}: is a link, which is not followed; put the folder itself there")
            continue
        problems += _misplaced_files(agency_folder, f"{contract.agency}/")
        for folder in _visible_folders(agency_folder):
            name = f"{contract.agency}/{shown(folder.name)}"
            reference_date = read_reference_date(folder.name)
            if reference_date is None:
                problems.append(f"{name}: not a folder named after a reference date; name it yyyy-mm-dd")
                continue
            if folder.is_symlink():
                problems.append(f"{name}: is a link, which is not followed; put the folder itself there")
                continue
            if reference_date > datetime.date.today():
                problems.append(f"{name}: lies after today; name the folder after the reference date")
                continue
            delivery = Delivery(contract, reference_date, folder)
            stranger = _first_stranger(delivery)
            if stranger:
                problems.append(
                    f"{name}/{stranger}: is no file of this delivery, which has {', '.join(delivery.files)}; give it "
                    "its name or take it away"
                )
                continue
            deliveries.append(delivery)
    return sorted(deliveries, key=lambda delivery: delivery.reference_date), problems


def _misplaced_files(folder: Path, name: str) -> list[str]:
    return [
        f"{name}{shown(path.name)}: is not in the folder of a delivery; put it, unpacked, into "
        f"{name or '<agency>/'}<yyyy-mm-dd>/"
        for path in sorted(folder.iterdir())
        if path.suffix.casefold() in SUFFIXES_OF_DELIVERIES and path.is_file()
    ]


def _first_stranger(delivery: Delivery) -> str | None:
    """Name a file in a delivery that would not be read, although it looks like one that should."""
    own = delivery.files.values()
    for path in sorted(delivery.folder.rglob("*")):
        is_hidden = path.name.startswith((".", "~$"))  # of a workbook that is open, Excel leaves a file ~$…
        if path.suffix.casefold() in SUFFIXES_OF_DELIVERIES and path.is_file() and path not in own and not is_hidden:
            return shown(path.relative_to(delivery.folder).as_posix())
    return None


def _visible_folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_reference_date(name: str) -> datetime.date | None:
    """Read a folder name of the form yyyy-mm-dd; None for any other."""
    try:
        reference_date = datetime.date.fromisoformat(name)
    except ValueError:
        return None
    return reference_date if reference_date.isoformat() == name else None
