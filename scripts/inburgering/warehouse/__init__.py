"""Build and open the warehouse."""
