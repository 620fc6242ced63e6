"""How the journal tells of shops and their catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from dangban.journal import ports
from dangban.shops.models import ImportRun, PageFeedback, Product

VERBS = {
    "shops.profile_changed": _("changed how the shop works"),
    "shops.product_changed": _("changed the product"),
    "shops.batch_kept": _("noted a batch of"),
    "shops.courier_kept": _("added or changed a courier of the shop"),
    "shops.courier_stopped": _("stopped a courier of the shop"),
    "shops.courier_areas_set": _("set where a courier of the shop goes"),
    "shops.page_reported": _("noted a fault of a page"),
    "shops.catalogue_taken_in": _("took in a file of products"),
}

FIELDS = {
    "file": _("file"),
    "sha256": _("checksum"),
    "rows": _("rows"),
    "rows_done": _("rows looked at"),
    "created": _("made new"),
    "updated": _("brought up to date"),
    "unchanged": _("left as they were"),
    "refused": _("not taken in"),
    "fault": _("fault"),
    "joined": _("noted before"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="shops")
    ports.name_subject("shops.importrun", _("file taken in"), titles=_files)
    ports.name_subject("shops.pagefeedback", _("fault of a page"), titles=_faults)
    ports.name_subject("shops.product", _("product"), url_name="shops:product", titles=_titles)


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))


def _files(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(ImportRun.objects.filter(pk__in=ids).values_list("pk", "file_name"))


def _faults(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(PageFeedback.objects.filter(pk__in=ids).values_list("pk", "text"))
