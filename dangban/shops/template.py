"""The columns of our own catalogue template."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of our own catalogue template."""

    header: str
    fills: str
    example: str
    help: object
    second: str | None = None


TEMPLATE_COLUMNS = (
    TemplateColumn("商品编号", "platform_id", "DEMO-P1", gettext_lazy("The listing's number on the platform. One row per SKU.")),
    TemplateColumn("商品名称", "title", "示例四件套", gettext_lazy("Title of the listing.")),
    TemplateColumn("类目", "category", "床上用品", gettext_lazy("Category.")),
    TemplateColumn("商品编码", "sku_code", "DEMO-SKU-BLUE", gettext_lazy("The SKU's code, unique in the shop."), "DEMO-SKU-GREY"),
    TemplateColumn("规格", "sku_name", "深蓝 1.8 米", gettext_lazy("What tells this SKU from the others."), "浅灰 1.8 米"),
    TemplateColumn("颜色", "颜色", "深蓝", gettext_lazy("Attribute; further columns of your own become attributes too."), "浅灰"),
    TemplateColumn("尺寸", "尺寸", "1.8 米", gettext_lazy("Attribute.")),
    TemplateColumn("材质", "材质", "全棉", gettext_lazy("Attribute.")),
    TemplateColumn("厚度", "厚度", "加厚", gettext_lazy("Attribute.")),
    TemplateColumn("售价", "price_fen", "199.00", gettext_lazy("Yuan.")),
    TemplateColumn("链接", "url", "https://shop.example/p/1", gettext_lazy("Address of the listing.")),
    TemplateColumn("图片", "image", "", gettext_lazy("Address of a picture (https).")),
    TemplateColumn("供应商", "supplier", "示例供应商", gettext_lazy("Supplier.")),
    TemplateColumn("必须说明", "must_say", "实物与屏幕显示可能有色差", gettext_lazy("What an agent must say before the customer buys.")),
)  # fmt: skip
