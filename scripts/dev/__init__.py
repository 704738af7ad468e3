"""What maintainers run; no step of a user needs it."""
