"""Pure functions over models: checks of definitions, resolve, validate."""
