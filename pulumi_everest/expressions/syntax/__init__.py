"""Expressions as text and as tree: what is told from the text alone, the nodes, and where trees come from."""
