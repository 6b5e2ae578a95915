"""Reads, and for tests writes, the objects of a running Kubernetes cluster."""
