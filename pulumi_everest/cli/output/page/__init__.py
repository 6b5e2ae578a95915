"""The page of a change, in the formats that people read."""
