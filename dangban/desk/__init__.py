"""Deadlines, tasks, approvals, notices: nothing is forgotten."""
