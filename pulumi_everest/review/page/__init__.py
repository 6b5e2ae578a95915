"""The page of a change: what it does to many clusters, equal changes said once, the worst first."""
