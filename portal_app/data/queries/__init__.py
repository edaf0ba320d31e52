"""Reusable select builders, one module a noun."""
