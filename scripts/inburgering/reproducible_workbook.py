"""Save a workbook so that the same content gives the same bytes."""

from __future__ import annotations

import io
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
    # In memory, since a zip file that meets a full disk complains once more when it is thrown away.
    draft, result = io.BytesIO(), io.BytesIO()
    workbook.save(draft)
    modified = workbook.properties.created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(result.getvalue())
