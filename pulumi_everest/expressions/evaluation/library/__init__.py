"""What CEL's own functions and operators do, one module for each kind of value."""
