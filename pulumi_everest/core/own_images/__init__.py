"""Images of a cluster's own: the versions that their tags say, and what that is beside the versions that are said."""
