"""What commands take: paths and options, their completion while they are typed, and the reading of what they name."""
