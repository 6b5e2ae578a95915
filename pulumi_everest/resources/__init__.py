"""The Pulumi components: a program's arguments in, Kubernetes objects as resources out.

The folder has more modules than others: one for each component, by its name, and beside each the typed dictionary of
its arguments, which is made from the models. What components are made of has folders of its own.
"""
