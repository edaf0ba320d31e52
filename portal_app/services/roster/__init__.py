"""Patients come to the practice: typed, or from a list."""
