"""The ways forward of what runs, each in a folder of its own."""
