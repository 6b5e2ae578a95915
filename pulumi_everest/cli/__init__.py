"""The command everest."""
