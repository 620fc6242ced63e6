"""Pages of the order room."""
