"""NiceGUI pages: read a view, draw components, call services on events."""
