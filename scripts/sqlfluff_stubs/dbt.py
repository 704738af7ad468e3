"""What sqlfluff sees in place of dbt's own macros, so that it can read the models without running dbt."""


def type_string() -> str:
    """Stand in for the engine's text type."""
    return "varchar"


def dateadd(datepart: str, interval: object, from_date: str) -> str:
    """Stand in for the engine's date arithmetic."""
    return f"{from_date} + interval '{interval}' {datepart}"


def listagg(measure: str, delimiter: str, order_by: str) -> str:
    """Stand in for the engine's putting together of texts."""
    return f"string_agg({measure}, {delimiter} {order_by})"
