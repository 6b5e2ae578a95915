"""The Pulumi components: a program's arguments in, Kubernetes objects as resources out."""
