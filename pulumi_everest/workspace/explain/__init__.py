"""Where what is planned comes from: the lines of templates, clusters and jobs, presets and defaults."""
