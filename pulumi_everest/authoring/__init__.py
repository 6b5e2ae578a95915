"""What the author of a plugin is told: what is wrong with it, and whether it does what its definition says."""
