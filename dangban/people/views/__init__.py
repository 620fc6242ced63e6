"""Pages of staff: one's own account, the organisation, privacy."""
