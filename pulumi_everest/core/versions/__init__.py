"""Which version and image each component of a cluster gets, and what a lock holds of that."""
