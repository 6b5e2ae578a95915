"""The command everest.

The folder has more modules than others: one for each command, by its name. What they take and what they print have
folders of their own.
"""
