"""Fixtures, strategies and the conformance kit for users and plugin authors."""
