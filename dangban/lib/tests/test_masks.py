import pytest

from dangban.lib import masks


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+86 138 0000 1234", "138****1234"),
        ("0571-88001234", "0571-****1234"),
        ("88001234", "****1234"),
        ("10086", "*****"),
        ("1******6198", "1******6198"),
        ("", ""),
    ],
)
def test_a_phone_keeps_three_and_four(whole, shown):
    assert masks.phone(whole) == shown


@pytest.mark.parametrize(
    ("whole", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧*"), ("张*", "张*"), ("𠮷田", "𠮷*"), ("", "")]
)
def test_a_name_keeps_its_first_character(whole, shown):
    assert masks.name(whole) == shown


def test_an_address_keeps_province_and_city():
    assert masks.address("吉林省 通化市 柳河县 柳河镇测试路   1号楼(135300)") == "吉林省 通化市 ****"
    assert masks.address("某条路 5 号") == "****"


def test_a_payment_account_is_masked_by_what_it_is():
    assert masks.account("fang@example.com") == "f***@example.com"
    assert masks.account("13800001234") == "138****1234"


def test_free_text_loses_phones_identities_and_mails():
    written = "改寄 138-0000-1234,身份证11010519491231002X,邮箱 fang@example.com"
    assert masks.scrub(written) == "改寄 138****1234,身份证110***********002X,邮箱 f***@example.com"


def test_order_numbers_and_amounts_are_not_personal():
    written = "订单1930679858170001 补差价138.50 单号231008-123456789012345"
    assert masks.scrub(written) == written
