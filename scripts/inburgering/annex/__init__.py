"""The annex: one value, and the documents written from it."""
