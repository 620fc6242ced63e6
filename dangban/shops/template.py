"""The columns of our own catalogue template."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from dangban.lib.blanks import BlankColumn

TEMPLATE = (
    BlankColumn("商品编号", "DEMO-P1", "platform_id", gettext_lazy("The listing's number on the platform. One row per SKU.")),
    BlankColumn("商品名称", "示例四件套", "title", gettext_lazy("Title of the listing.")),
    BlankColumn("类目", "床上用品", "category", gettext_lazy("Category.")),
    BlankColumn("商品编码", "DEMO-SKU-BLUE", "sku_code", gettext_lazy("The SKU's code, unique in the shop."), "DEMO-SKU-GREY"),
    BlankColumn("规格", "深蓝 1.8 米", "sku_name", gettext_lazy("What tells this SKU from the others."), "浅灰 1.8 米"),
    BlankColumn("颜色", "深蓝", "颜色", gettext_lazy("Attribute; further columns of your own become attributes too."), "浅灰"),
    BlankColumn("尺寸", "1.8 米", "尺寸", gettext_lazy("Attribute.")),
    BlankColumn("材质", "全棉", "材质", gettext_lazy("Attribute.")),
    BlankColumn("厚度", "加厚", "厚度", gettext_lazy("Attribute.")),
    BlankColumn("售价", "199.00", "price_fen", gettext_lazy("Yuan.")),
    BlankColumn("链接", "https://shop.example/p/1", "url", gettext_lazy("Address of the listing.")),
    BlankColumn("图片", "", "image", gettext_lazy("Address of a picture (https).")),
    BlankColumn("供应商", "示例供应商", "supplier", gettext_lazy("Supplier.")),
    BlankColumn("必须说明", "实物与屏幕显示可能有色差", "must_say", gettext_lazy("What an agent must say before the customer buys.")),
)  # fmt: skip
