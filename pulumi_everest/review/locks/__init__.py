"""Lock files: read, and what they should say."""
