"""The three kinds and plugin.yaml as typed models, reading with positions, findings and deferred values."""
