"""Stock: what lies in which zone of which warehouse, what of it is promised, and what is on its way."""
