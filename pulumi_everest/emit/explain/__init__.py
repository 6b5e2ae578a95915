"""Where every value of an object comes from: its line in the plugin's template, and what of the cluster it follows."""
