"""Orders that came with a tracking number have their parcels, as newly loaded ones do."""

import re

from django.db import migrations

BETWEEN = re.compile(r"[\s,，;；、/|]+")
NUMBER = re.compile(r"[0-9A-Z-]{6,40}")
GONE = ("part", "sent", "signed", "done")
AT_ONCE = 2000


def bring(apps, schema_editor):
    Order, Parcel = apps.get_model("orders", "Order"), apps.get_model("orders", "Parcel")
    orders = Order.objects.filter(status__in=GONE).exclude(tracking_number="").order_by("pk")
    after = 0
    while True:
        some = list(
            orders.filter(pk__gt=after)[:AT_ONCE].values_list(
                "pk", "shop_id", "courier", "tracking_number", "dispatched_at", "paid_at", "created_at"
            )
        )
        if not some:
            return
        after = some[-1][0]
        known = set(Parcel.objects.filter(order__in=[one[0] for one in some]).values_list("order", "number"))
        rows = []
        for pk, shop, courier, written, dispatched_at, paid_at, created_at in some:
            numbers = [part for part in BETWEEN.split(written.strip().upper()) if NUMBER.fullmatch(part)]
            for number in list(dict.fromkeys(numbers))[:20]:
                if (pk, number) not in known:
                    sent_at = dispatched_at or paid_at or created_at
                    rows.append(Parcel(order_id=pk, shop_id=shop, courier=courier[:40], number=number, sent_at=sent_at))
        Parcel.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_exception_sweeps")]

    operations = [migrations.RunPython(bring, migrations.RunPython.noop)]
