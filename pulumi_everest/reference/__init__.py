"""What can be looked up without an input: the codes of findings, technologies and their fields."""
