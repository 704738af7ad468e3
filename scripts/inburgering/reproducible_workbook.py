"""Save a workbook or another Office file so that the same content gives the same bytes."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_reproducibly(workbook: Workbook, path: Path) -> None:
    """Write the workbook to `path` without the moment of writing: zip entries and `modified` get fixed times.

    `modified` becomes what the workbook's properties give as `created`.
    """
    write_reproducibly(workbook.save, path, workbook.properties.created)


def write_reproducibly(save: Callable[[io.BytesIO], None], path: Path, moment: datetime.datetime) -> None:
    """Write to `path` what `save` saves of an Office file; its zip entries get a fixed time, `modified` is `moment`."""
    # In memory, since a zip file that meets a full disk complains once more when it is thrown away.
    draft, result = io.BytesIO(), io.BytesIO()
    save(draft)
    modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(result.getvalue())
