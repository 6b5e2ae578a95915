"""The template language of plugins: from YAML with expressions to plain data."""
