"""Evaluation of checked CEL expressions in Python: values, what can be done with them, and what may be spent."""
