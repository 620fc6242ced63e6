"""The project: settings, URLs, the server, the base page and the command line."""
