"""Results and findings as text, JSON, SARIF or files."""
