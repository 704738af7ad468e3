"""What sqlfluff sees in place of dbt's adapter."""


def quote(identifier: str) -> str:
    """Stand in for the engine's quoting of a name."""
    return f'"{identifier}"'
