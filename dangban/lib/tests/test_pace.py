from dangban.lib.pace import Pace


def test_what_goes_fast_goes_in_larger_lots_up_to_double_at_once():
    pace = Pace(first=20, budget=0.010)
    pace.took(0.001, 20)
    assert pace.size == 40


def test_what_goes_slowly_goes_in_smaller_lots_but_not_one_by_one():
    pace = Pace(first=100, budget=0.010)
    pace.took(0.020, 100)
    assert pace.size == 50
    pace.took(5.0, 50)
    assert pace.size == 25


def test_a_short_last_lot_teaches_nothing():
    pace = Pace(first=100, budget=0.010)
    pace.took(0.0001, 3)
    assert pace.size == 100


def test_every_item_comes_once_while_the_size_changes():
    pace = Pace(first=10, budget=0.010)
    seen = []
    for lot in pace.chunks(list(range(95))):
        seen += lot
        pace.took(0.010, len(lot) * 2)
    assert seen == list(range(95))
