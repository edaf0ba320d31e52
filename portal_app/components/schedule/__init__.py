"""Visits: rows, the picker of open times, the summary beside it, and the question of cancelling."""
