"""Templates of objects, made of guesses that may be left out."""
