"""Reads of orders, by subject."""
