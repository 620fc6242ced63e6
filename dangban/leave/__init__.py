"""Leave (休假): rest days, leave, balances, and what they do to the roster."""
