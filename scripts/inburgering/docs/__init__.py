"""The docs page."""
