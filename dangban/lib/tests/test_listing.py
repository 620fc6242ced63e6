from django.http import QueryDict

from dangban.lib.excel import Column
from dangban.lib.listing import Sort, chip_groups, taken_out

KEYS = {"name": lambda row: row[0], "age": lambda row: row[1]}
ROWS = [("b", 3), ("a", None), ("c", 1)]


def sort(address: str) -> Sort:
    return Sort.read(QueryDict(address), KEYS)


def test_a_list_is_sorted_as_its_address_says_and_what_is_empty_stands_last():
    assert sort("").apply(ROWS, KEYS) == [("a", None), ("b", 3), ("c", 1)]
    assert sort("sort=age").apply(ROWS, KEYS) == [("c", 1), ("b", 3), ("a", None)]
    assert sort("sort=-age").apply(ROWS, KEYS) == [("b", 3), ("c", 1), ("a", None)]
    assert sort("sort=nonsense").name == "name"


def test_a_column_leads_to_itself_the_other_way_and_keeps_the_filters():
    assert sort("q=x&sort=age&after=7").url("age") == "?q=x&sort=-age"
    assert sort("sort=-age").url("age") == "?sort=age"
    assert sort("sort=-age").url("name") == "?sort=name"
    assert [sort("sort=-age").direction(name) for name in KEYS] == ["", "down"]


def test_a_chip_switches_its_filter_on_or_off():
    groups = [("flag", "Flag", [("1", "red"), ("2", "blue")]), ("shop", "Shop", [])]
    (group,) = chip_groups(groups, {"flag": "1", "shop": ""}, lambda **changed: str(changed))
    assert [(item["current"], item["url"]) for item in group["items"]] == [(True, "{'flag': ''}"), (False, "{'flag': '2'}")]


def test_a_table_is_taken_out_as_a_workbook_or_as_text():
    columns, rows = [Column("Name")], [["=1+1"]]
    text = taken_out("csv", "people", columns, rows)
    assert text.content.decode("utf-8-sig") == "Name\r\n'=1+1\r\n"
    assert text["Content-Disposition"].endswith('.csv"')
    assert taken_out("", "people", columns, rows).content[:2] == b"PK"
