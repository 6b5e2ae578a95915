"""From an emitted object back to the fields of its cluster: what a field became, and what it must have been."""
