"""Save a workbook or another Office file so that the same content gives the same bytes."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_reproducibly(workbook: Workbook, path: Path) -> None:
    """Write the workbook to `path` without the moment of writing; `modified` becomes what it gives as `created`."""
    draft = path.with_name(path.name + ".draft")
    workbook.save(draft)
    copy_reproducibly(draft, path, workbook.properties.created)
    draft.unlink()


def copy_reproducibly(draft: Path, path: Path, moment: datetime.datetime) -> None:
    """Copy an Office file without the moment of writing: zip entries get a fixed time, `modified` gets `moment`."""
    modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
