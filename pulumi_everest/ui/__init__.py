"""The form page: a server on this machine, and the page that it serves. Data in, data out; no terminal.

The folder has more modules than others: one for each thing that a page may ask, and beside them what a server on this
machine needs to be safe, each small enough to be read as a whole.
"""
