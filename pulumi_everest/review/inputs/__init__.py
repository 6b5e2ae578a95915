"""From the paths that a user names to groups of objects and findings."""
