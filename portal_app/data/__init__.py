"""Tables, drafts, views and the engine."""
