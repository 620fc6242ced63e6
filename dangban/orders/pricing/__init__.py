"""Taking something off (改价): within one's own limit, or asked for."""
