"""The JSON Schemas that a definition has for parts of a cluster: closed, as shapes, and what is wrong with a value."""
