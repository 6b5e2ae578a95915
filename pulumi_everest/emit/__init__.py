"""From a resolved cluster to Kubernetes objects."""
