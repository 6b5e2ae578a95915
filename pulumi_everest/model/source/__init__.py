"""Reading YAML text with the place of every key and value."""
