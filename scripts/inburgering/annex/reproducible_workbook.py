"""Save a workbook or another Office file so that the same content gives the same bytes."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_reproducibly(workbook: Workbook, path: Path) -> None:
    """Write the workbook to `path` without the moment of writing; `modified` becomes what it gives as `created`."""
    draft = io.BytesIO()
    workbook.save(draft)
    write_reproducibly(draft, path, workbook.properties.created)


def write_reproducibly(draft: io.BytesIO, path: Path, moment: datetime.datetime) -> None:
    """Write an Office file without the moment of writing: zip entries get a fixed time, `modified` gets `moment`.

    It is put together in memory, since a zip file that meets a full disk complains once more when it is thrown away.
    """
    result = io.BytesIO()
    modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(result.getvalue())
