"""Visits: booking, moving, cancelling, and the practice's calendar."""
