"""The cast, base cases and page tests that every room shares."""
