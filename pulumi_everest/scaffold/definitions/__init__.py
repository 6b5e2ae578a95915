"""What an operator ships: its definitions as trees of fields, and objects of its examples."""
