"""Annexes that were issued: recorded with a lock, and compared with what comes out now."""
