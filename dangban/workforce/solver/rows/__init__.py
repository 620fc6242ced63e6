"""Whole rows instead of single cells: which rows of all people fit best together.

The rules of a person become a graph in which every way is a row that keeps them (`rules`, `graph`). A linear
programme over the rows known so far pays for each line of the cover (`master`); whoever has a row that costs less than
it earns adds it, until nobody has. That gives a bound which lies close to the best roster, and rows out of which, one
person settled after another, good rosters are made (`generation`). Where that comes to nothing, `GivenUp` says so.
"""


class GivenUp(Exception):
    """Rosters have to be found in another way."""
