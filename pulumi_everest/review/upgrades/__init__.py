"""What an upgrade does to the clusters of an input, and its steps, as data."""
