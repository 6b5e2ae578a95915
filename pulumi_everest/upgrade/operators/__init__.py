"""From one version of an operator to a newer one, a minor version at a time."""
