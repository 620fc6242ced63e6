"""Rework (返修): the workshop gets goods, gives them back, and they are looked at again before they leave."""
