"""Schemas made of the models: JSON Schemas for editors, structural ones for API servers."""
