"""Tracking (物流): where parcels are, and which of them need somebody."""
