"""Rosters in the making: the rules of a plan for the solver, the checks of a cell, and how they are told."""
