"""What sqlfluff sees in place of dbt's own macros, so that it can read the models without running dbt."""


def type_string() -> str:
    """Stand in for the engine's text type."""
    return "varchar"


def dateadd(datepart: str, interval: object, from_date: str) -> str:
    """Stand in for the engine's date arithmetic."""
    return f"{from_date} + interval '{interval}' {datepart}"
