"""Latchwell: a patient portal that a small practice can own."""

__version__ = "0.1.0"
