"""Running the house: its health, its copies, its keys."""
