"""Pages of duty, demand and rosters."""
