"""The synthetic sample: its population, and how each agency writes it down."""
