"""Evaluation of checked CEL expressions in Python: values, what can be done with them, and what may be spent.

The folder has more modules than others: one for each part of what CEL says of values, so that each can be held against
the language's own words.
"""
