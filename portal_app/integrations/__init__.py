"""The outside world behind small classes."""
