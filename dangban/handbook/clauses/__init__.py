"""Chapters whose rooms are still to open: declared here so that a handbook can be complete today.

When a room opens, its chapter moves into the room's own `clauses.py`; the paths stay.
"""
