"""Shops, couriers, catalogue."""
