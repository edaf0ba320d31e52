"""NiceGUI building blocks: values in, callbacks out. No session, no actor, no query."""
