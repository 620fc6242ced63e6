from dangban.handbook.toml_lines import line_numbers

TEXT = '''# first [not a table]
[late_fine]
summary = {zh = "迟到 #1", en = 'x = ['}
[[late_fine.value]]
since = 2026-01-01
over = [
  {minutes = 0, amount = "0"}, # [
  {minutes = 10,
   amount = "20"},
]
[[late_fine.value]]
note = """
[a]
\\""" b"""
is.words = [
  "a",
  "b",
]
'''


def test_every_key_table_and_entry_is_found_on_its_line():
    lines = line_numbers(TEXT)
    assert lines["late_fine",] == 2
    assert lines["late_fine", "summary", "en"] == 3
    assert lines["late_fine", "value", 0] == 4
    assert lines["late_fine", "value", 0, "over", 1, "amount"] == 9
    assert lines["late_fine", "value", 1, "note"] == 12
    assert lines["late_fine", "value", 1, "is", "words", 1] == 17
