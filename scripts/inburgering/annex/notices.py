"""What the screen says after an export: what to look at before the annex is sent."""

from __future__ import annotations

from collections.abc import Iterator

from inburgering.annex.findings import Findings
from inburgering.annex.question import Question

MOST_LINES = 10


def notices(question: Question, findings: Findings) -> Iterator[str]:
    """Say in lines how the figures compare with those already public, which rows do not count, and what is no data."""
    comparable, differing = findings.comparable, findings.differing
    line = f"{len(comparable) - len(differing)} of {len(comparable)} published figures are equal"
    if len(comparable) < len(findings.published):
        line += f"; {len(findings.published) - len(comparable)} are of years or agencies that were not delivered"
    yield line + ("; see the control file" if differing else "")
    for one in differing[:MOST_LINES]:
        origin = "published" if one.is_exact else "worked out from what was published"
        public = f"{one.persons_published} {origin} on {one.published_on}"
        yield f"  {one.label}: {one.persons}, but {public} ({one.difference:+})"
    if len(differing) > MOST_LINES:
        yield f"  … {len(differing) - MOST_LINES} more"
    for issued in findings.issued:
        yield (
            f"Issued, and other now: {issued.figures} figures of {issued.question}, issued on {issued.issued_on}; "
            "scripts/verify_issued.py says why"
        )
    for undecided in findings.undecided:
        yield (
            f"Not counted, after {question.last_year}: type {undecided.type_code} on {undecided.rows} rows of the "
            f"{undecided.event_type} of {undecided.agency}; decide in seeds/codes/counted_types.csv whether it counts"
        )
    for missing in findings.no_data:
        when = f"before {missing.first_year}" if missing.first_year else "at all"
        yield (
            f"No data, which is not zero: {missing.agency} has no {missing.event_type} {when}; "
            "the notes of the annex say so"
        )
    for file in findings.rejected:
        place = f"{file.file_name}, sheet {file.sheet_name}" if file.sheet_name else file.file_name
        yield (
            f"Rejected: {file.rows_rejected} of {file.rows_delivered} rows of {place} of {file.agency_label} "
            f"({file.rows_rejected / file.rows_delivered:.0%}); see the control file, and for the rows "
            "scripts/report_rejects.py"
        )
