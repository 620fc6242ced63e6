"""当班 Dangban: a customer-service department run by its own handbook."""

__version__ = "0.1.0"
