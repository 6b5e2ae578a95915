"""Checks of definitions and plugins when they are loaded, and schemas made of them."""
