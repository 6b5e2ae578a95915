"""What Kubernetes says of the parts of its objects that clusters hold: labels, and what decides where pods run."""
