"""What databases take of a Kubernetes cluster: amounts of CPU, memory, storage; what they cost, and where they fit."""
