"""How a request is judged: one pure decision table, a module for each question it asks."""

from .deciding import assess
from .facts import Facts
from .reasons import REASONS, party_of
from .results import Approval, Assessment, Leg, Remedy

__all__ = ["REASONS", "Approval", "Assessment", "Facts", "Leg", "Remedy", "assess", "party_of"]
