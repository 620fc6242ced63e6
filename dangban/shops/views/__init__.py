"""Pages of shops and their catalogue."""
