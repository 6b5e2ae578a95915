"""From what came before this package to it: clusters of Everest's first API, and how a running one moves over."""
