"""Pulumi programs as inputs: run, put into groups, each stack, and where in them a value is written."""
