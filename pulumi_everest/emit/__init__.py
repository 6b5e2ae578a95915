"""From a resolved cluster to Kubernetes objects.

The folder has more modules than others: beside what makes objects there is one for each thing that is known of them
before they are sent (kinds, order, names, schemas, fields that move, are replaced or do nothing). Templates, where
values come from, and reading back have folders of their own.
"""
