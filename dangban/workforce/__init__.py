"""Duty periods: who is on duty when, and how a shift was extended."""
