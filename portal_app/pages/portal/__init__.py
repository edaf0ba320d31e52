"""The sections that patients see."""
