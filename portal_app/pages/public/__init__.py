"""Pages before the sign-in."""
