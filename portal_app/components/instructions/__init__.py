"""Clinician's instructions as parts of a page."""
