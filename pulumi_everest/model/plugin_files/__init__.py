"""The files of a plugin as models: plugin.yaml, the templates, the form."""
