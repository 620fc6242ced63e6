"""Reads: values of measures, scorecards, dashboards, and the rows behind a figure."""

from dangban.performance.queries.cards import card_of, final_cards
from dangban.performance.queries.values import Value, month_span, sales_fen, shop_values, value, values

__all__ = ["Value", "card_of", "final_cards", "month_span", "sales_fen", "shop_values", "value", "values"]
