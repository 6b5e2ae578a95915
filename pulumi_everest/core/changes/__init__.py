"""What a change of a cluster does to its database, and what is refused: two resolved clusters in, changes out.

The folder has more modules than others: one for each thing that may change (fields, versions, Secrets, objects), since
each is judged by rules of its own, and one for each thing that these rules ask of the two clusters.
"""
