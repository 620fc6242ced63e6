"""Small pure modules that every room may use. Nothing here knows a model."""
