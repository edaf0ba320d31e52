"""Who may do what; the only place that opens a database session."""
