"""The company's handbook, run as rules: shapes, loader, versions, decisions and their reasons."""
