"""Records that come from elsewhere."""
