"""One input as a whole: its documents, technologies, clusters and jobs, checked and planned together."""
