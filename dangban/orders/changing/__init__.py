"""Changing an order (改单): what its stage allows, in which steps, by whom."""
