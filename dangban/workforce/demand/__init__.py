"""How many customers will come and how many people that takes. Pure arithmetic: no rows, no clock."""
