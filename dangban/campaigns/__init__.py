"""Campaigns: what is cheaper when, and what a basket costs when everything is stacked."""
