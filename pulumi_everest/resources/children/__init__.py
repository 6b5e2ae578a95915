"""The Kubernetes objects of a component as Pulumi resources, and its outputs."""
