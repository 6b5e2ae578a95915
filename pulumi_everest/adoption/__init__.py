"""From an operator's object back to the cluster of which it would be made."""
