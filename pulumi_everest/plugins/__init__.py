"""Finding plugins, and the built-in ones, one folder each."""
