"""Clusters and jobs planned: the objects that each becomes, what is said of those, and what is kept of a plan."""
