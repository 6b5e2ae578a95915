"""What one component of a cluster says, put into the template of the operator's object."""
