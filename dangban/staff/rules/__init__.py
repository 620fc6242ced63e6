"""What the handbook says of terms, probation and promotion. Pure."""
