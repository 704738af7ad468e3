"""The synthetic sample: a made-up population, and the dialect in which every agency delivers."""
