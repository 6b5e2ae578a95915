"""A form with values: what they become, what is shown with them, and what is wrong with them."""
