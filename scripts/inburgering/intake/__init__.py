"""From delivered files to the landing."""
