"""Clinician's instructions: written and shared by the practice, read and ticked by the patient."""

LIST_MOST = 50


def topic(chart: str) -> str:
    """Name the topic of a chart's instructions (public id)."""
    return f"instructions:{chart}"
