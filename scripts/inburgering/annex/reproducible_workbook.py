"""Save a workbook or another Office file so that the same content gives the same bytes."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
# What a screen reader says of the charts of a workbook, in the order of its sheets; openpyxl has no place for it.
AlternativeTexts = tuple[str, ...]
CHART = re.compile(rb'<(\w+:)?cNvPr id="(\d+)" name="(Chart \d+)"')

MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_reproducibly(workbook: Workbook, path: Path, texts: AlternativeTexts = ()) -> None:
    """Write the workbook to `path` without the moment of writing; `modified` becomes what it gives as `created`.

    There is one alternative text per sheet with a chart.
    """
    draft = io.BytesIO()
    workbook.save(draft)
    write_reproducibly(draft, path, workbook.properties.created, texts)


def write_reproducibly(draft: io.BytesIO, path: Path, moment: datetime.datetime, texts: AlternativeTexts = ()) -> None:
    """Write an Office file without the moment of writing: zip entries get a fixed time, `modified` gets `moment`.

    It is put together in memory, since a zip file that meets a full disk complains once more when it is thrown away.
    """
    result = io.BytesIO()
    modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    described = {f"xl/drawings/drawing{number}.xml": text for number, text in enumerate(texts, start=1)}
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + modified + rb"\g<2>", content)
            if entry.filename in described:
                content = _described(content, described[entry.filename])
            target.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(result.getvalue())


def _described(drawing: bytes, text: str) -> bytes:
    """Return a drawing with one chart, and what that shows in words."""
    described, charts = CHART.subn(lambda found: found[0] + b" descr=" + quoteattr(text).encode(), drawing)
    if charts != 1:
        raise ValueError(f"a drawing has {charts} charts; it should have one")
    return described
