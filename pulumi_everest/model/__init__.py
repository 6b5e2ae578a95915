"""The three kinds and plugin.yaml as typed models, reading with positions, findings and deferred values.

The folder has more modules than others: one for each kind of document, which is imported everywhere by its name, and
the small things that all of them need. What is about one sort of value, file, schema or text has a folder of its own.
"""
