"""Save a workbook so that the same content gives the same bytes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_reproducibly(workbook: Workbook, path: Path) -> None:
    """Write the workbook to `path` without the moment of writing: zip entries and `modified` get fixed times.

    `modified` becomes what the workbook's properties give as `created`.
    """
    draft = path.with_name(path.name + ".draft")
    workbook.save(draft)
    modified = workbook.properties.created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    draft.unlink()
