"""What a change of a cluster does to its database, and what is refused: two resolved clusters in, changes out."""
