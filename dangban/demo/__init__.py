"""A department to look at: invented shops, people and customers, sixty days of work and a present moment."""
