"""From an operator's CustomResourceDefinitions to a plugin that is green as it stands."""
