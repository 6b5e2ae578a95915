"""CEL expressions over plain data: compiled, checked, followed to what they read, evaluated."""
