"""How figures come from rows: deals, enquiries and cases in whole numbers, then the sums of each day."""

from dangban.performance.facts.build import build

__all__ = ["build"]
