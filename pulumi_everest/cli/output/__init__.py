"""Results and findings as text, JSON, SARIF or files.

The folder has more modules than others: one for each format and each thing that is printed in it, and beside them what
all texts for a terminal have in common.
"""
