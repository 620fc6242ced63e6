import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.lib import text
from dangban.lib.errors import BadInput


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("這個顏色還有嗎", "这个颜色还有吗"),
        ("微\u200b信\u2060号", "微信号"),
        ("  深蓝\u3000 加厚\n180 ", "深蓝 加厚 180"),
        ("𠮷野家", "𠮷野家"),
        ("①号 ㎏", "1号 kg"),
        ("好的❤\ufe0f", "好的❤"),
        ("", ""),
    ],
)
def test_the_same_words_written_differently_fold_to_the_same(written, folded):
    assert text.normalise(written) == folded


@given(st.text())
def test_folding_what_is_folded_changes_nothing(anything):
    assert text.normalise(text.normalise(anything)) == text.normalise(anything)


def test_chinese_gives_pairs_and_a_lone_character_itself():
    assert text.bigrams("深蓝色 厚") == ["深蓝", "蓝色", "厚"]


def test_rare_characters_beyond_the_basic_plane_are_one_character():
    assert text.bigrams("𠮷野家") == ["𠮷野", "野家"]


def test_the_end_of_a_phone_number_finds_it():
    words = text.bigrams("电话13800001234")
    assert "1234" in words
    assert "00001234" in words
    assert "13800001234" in words
    assert "138" not in words


def test_a_size_is_found_by_its_number_alone():
    assert text.bigrams("180CM") == ["180cm", "180", "cm"]


@given(st.text(alphabet="0123456789", min_size=12, max_size=19), st.integers(4, 8))
def test_every_word_of_a_tail_is_a_word_of_the_number(number, size):
    assert set(text.bigrams(number[-size:])) <= set(text.bigrams(number))


@given(st.text(), st.text())
def test_what_is_written_inside_a_text_is_found_in_it(before, after):
    assert set(text.bigrams("深蓝加厚")) <= set(text.bigrams(f"{before} 深蓝加厚 {after}"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [("138 0000 1234", "1234"), ("1********6198", "6198"), ("12", ""), ("１２３４５", "2345")],
)
def test_a_tail_is_the_last_four_digits(written, expected):
    assert text.tail(written) == expected


@pytest.mark.parametrize("damaged", ["a\0b", "a\ud83d", "\udc00"])
def test_characters_a_database_cannot_keep_are_refused_at_their_field(damaged):
    with pytest.raises(BadInput) as refusal:
        text.refuse_unstorable(damaged, "remark")
    assert list(refusal.value.fields) == ["remark"]


def test_emoji_and_rare_characters_are_storable():
    assert text.refuse_unstorable("𠮷😀👨‍👩‍👧") == "𠮷😀👨‍👩‍👧"


def test_one_line_is_cut_with_an_ellipsis():
    assert text.one_line("第一行\n第二行", 5) == "第一行…"
