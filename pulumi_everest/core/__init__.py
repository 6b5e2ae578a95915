"""Pure functions over models: checks of definitions, resolve, validate.

The folder has more modules than others: one for each question that is asked of one cluster, and beside them what
they do with plain data (paths, merging, comparing exactly). Questions that take several have folders of their own.
"""
