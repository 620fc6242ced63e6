"""Parcels that are known already are followed like those that come: what has arrived is over, old ones are let go."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

AT_ONCE = 2000
# Of what left longer ago nothing is expected.
RECENT = timedelta(days=30)
ARRIVED = ("signed", "done")
STALLS_AFTER = timedelta(hours=48)


def follow(apps, schema_editor):
    Parcel, Track = apps.get_model("orders", "Parcel"), apps.get_model("tracking", "Track")
    now = timezone.now()
    after = 0
    while True:
        rows = list(
            Parcel.objects.filter(pk__gt=after, track=None)
            .order_by("pk")
            .values_list("pk", "shop_id", "sent_at", "order__status", "order__signed_at", "order__completed_at")[:AT_ONCE]
        )
        if not rows:
            return
        after = rows[-1][0]
        tracks = []
        for pk, shop, sent_at, status, signed_at, completed_at in rows:
            track = Track(parcel_id=pk, shop_id=shop, moved_at=sent_at)
            if status in ARRIVED:
                track.state = "signed"
                track.signed_at = signed_at or completed_at
                track.ended_at = track.signed_at or now
            elif status == "closed" or now - sent_at > RECENT:
                track.ended_at = now
            else:
                # A fresh start: nobody is to be flooded with what stood still before it was followed.
                track.stalls_at = now + STALLS_AFTER
            tracks.append(track)
        Track.objects.bulk_create(tracks, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_parcels_on_their_way"), ("orders", "0011_parcels_of_known_orders")]

    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
