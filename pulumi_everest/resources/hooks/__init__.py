"""What the engine asks before it changes something, and what is answered."""
