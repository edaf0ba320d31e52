"""Conversations between patients and the practice, one module a side."""
