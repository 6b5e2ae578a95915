"""What the databases of an input take of a Kubernetes cluster, summed up; what it costs, and whether it fits."""
