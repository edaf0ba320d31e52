"""Pure functions, enums and value types; standard library only, the moment is an argument."""
