"""What the kinds of an operator, their parts and fields are for, by their shapes."""
