"""What the handbook says of after-sales, by subject."""
