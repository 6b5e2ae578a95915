"""What there was beside what is to be: the other side found, and the difference with its impact."""
