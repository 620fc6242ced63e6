"""What travels to which side."""

from dangban.chat.bubbles import bubble
from dangban.chat.ports import Line
from dangban.testing.cast import NOW


def card(**payload: object) -> Line:
    return Line(7, "auto", 0, "南风家居旗舰店", "c-1", "card", "请您评价", payload, False, NOW, seq=3)


def test_only_the_customer_gets_the_token_with_which_stars_are_given():
    line = card(card="satisfaction", token="signed")
    assert bubble(line, customer=True)["payload"] == {"card": "satisfaction", "token": "signed"}
    assert bubble(line)["payload"] == {"card": "satisfaction"}
