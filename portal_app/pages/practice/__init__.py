"""The practice console."""
