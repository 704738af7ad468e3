"""The benchmark: other implementations of the annex, the data that all of them count, and how a run is measured."""
