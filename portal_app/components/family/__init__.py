"""Parts of the pages about who may open a portal."""
