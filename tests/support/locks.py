"""A lock of an issued annex, made by hand."""

from __future__ import annotations

import datetime

from inburgering.issued.lock import Lock


def made_up_lock(
    issued_on: datetime.date = datetime.date(2024, 3, 1),
    issued: dict[str, str] | None = None,
    deliveries: dict[str, str] | None = None,
) -> Lock:
    """Return the lock of an annex that was issued on a day, with these files and made from these deliveries."""
    return Lock(
        question="sv_2024_123",
        label="Schriftelijke vraag 123",
        issued_on=issued_on,
        issued_by="Tester",
        recorded_at=datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.UTC),
        commit="0" * 40,
        built_at="2024-03-01 11:00:00",
        not_approved=[],
        packages="hash",
        issued=issued or {"sv_2024_123.xlsx": "hash"},
        deliveries=deliveries or {},
        files={},
    )
