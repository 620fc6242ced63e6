"""The columns of the count sheet, as it is taken out and comes back."""

from __future__ import annotations

WAREHOUSE = "仓库"
ZONE = "库区"
CODE = "商品编码"
NAME = "商品"
BATCH = "批次"
BOOKED = "账面数量"
COUNTED = "实盘数量"
COLUMNS = (WAREHOUSE, ZONE, CODE, NAME, BATCH, BOOKED, COUNTED)
