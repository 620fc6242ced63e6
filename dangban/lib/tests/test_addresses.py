import pytest

from dangban.lib.addresses import Address, parse, short_province


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (
            "吉林省 通化市 柳河县 柳河镇测试路   1号楼(135300)",
            Address("吉林省", "通化市", "柳河县", "柳河镇测试路 1号楼", "135300"),
        ),
        ("广东深圳市福田区测试路1号", Address("广东省", "深圳市", "福田区", "测试路1号")),
        ("上海 上海市 浦东新区 世纪大道1号(000000)", Address("上海市", "上海市", "浦东新区", "世纪大道1号")),
        ("北京朝阳区建国路88号", Address("北京市", "北京市", "朝阳区", "建国路88号")),
        (
            "新疆维吾尔自治区 乌鲁木齐市 天山区 测试街2号",
            Address("新疆维吾尔自治区", "乌鲁木齐市", "天山区", "测试街2号"),
        ),
        ("云南省 大理白族自治州 大理市 人民路", Address("云南省", "大理白族自治州", "大理市", "人民路")),
        ("内蒙古自治区", Address("内蒙古自治区")),
        ("某处", Address(rest="某处")),
        ("", Address()),
    ],
)
def test_an_address_is_taken_apart(written, parts):
    assert parse(written) == parts


def test_a_municipality_is_not_written_twice():
    assert parse("北京市 北京市 朝阳区 建国路88号").whole == "北京市 朝阳区 建国路88号"


def test_price_lists_name_provinces_short():
    assert short_province("新疆维吾尔自治区") == "新疆"
    assert short_province("海外") == ""
