"""Input drafts and frozen views."""
