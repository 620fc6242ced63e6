"""Refunds as the platform keeps them: read from its files, followed by their numbers, with the platform's own clocks."""
