"""The form page: a server on this machine, and the page that it serves. Data in, data out; no terminal."""
