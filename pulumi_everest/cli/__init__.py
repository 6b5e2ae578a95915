"""The command everest.

The folder has more modules than others: one for each command, by its name, and what they share.
"""
