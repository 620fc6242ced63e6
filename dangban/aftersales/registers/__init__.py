"""Registers that fill themselves (登记表): mistakes, claims on couriers, faults of goods, undeliverable returns, the log of cases."""
