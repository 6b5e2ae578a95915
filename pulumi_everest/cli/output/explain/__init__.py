"""What `explain` says: of values of objects, of codes of findings, and of technologies."""
