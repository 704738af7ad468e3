"""The Dutch draft of the answer."""
