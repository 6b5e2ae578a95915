"""The conformance probe: each field that a plugin's definition accepts is changed, and what becomes of it looked at."""
