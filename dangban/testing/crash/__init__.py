"""Proof by destruction: a small department under load, ways to break it, and a count of what is left."""
