"""The file of a dispute as one PDF: facts and rules, timeline, talk, photos, weights, proofs, each with hash and time."""

from __future__ import annotations

import base64
import io
from typing import Any

from django.template.loader import render_to_string
from PIL import Image

from dangban.aftersales.actions import deciding
from dangban.aftersales.disputes import acting
from dangban.aftersales.models import CaseStep, Dispute, Evidence
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.dispatch import typeset
from dangban.handbook.decisions import reasons
from dangban.lib import clock, masks
from dangban.media.storage import storage
from dangban.people.models import Person

# A file of many photos stays small enough for a platform's form.
_SIDE = 1100
_QUALITY = 80
_MOST_PICTURES = 24


def make(dispute: Dispute, *, by: Person) -> bytes:
    return typeset.pdf(render_to_string("aftersales/dispute_file.html", context(dispute, by)))


def context(dispute: Dispute, by: Person) -> dict[str, Any]:
    case = dispute.case
    evidence = list(Evidence.objects.filter(case=case).select_related("sku").order_by("taken_at", "pk"))
    made = deciding.newest(case)
    wanted, because = acting.materials(dispute)
    pictures = [one for one in evidence if one.kind == Evidence.Kind.PHOTO or (one.media_key and one.kind != Evidence.Kind.VIDEO)]
    shown = [(one, _picture(one)) for one in pictures[:_MOST_PICTURES]]
    parcels = list(case.order.parcels.order_by("sent_at")) if case.order is not None else []
    return {
        "dispute": dispute, "case": case, "order": case.order, "lines": list(case.lines.order_by("pk")),
        "reason": REASONS[case.reason].label if case.reason in REASONS else case.reason, "assessment": deciding.result_of(made) if made else None,
        "because": reasons(made.result["decision"]["because"]) if made else [], "materials": wanted, "materials_because": because,
        "steps": list(CaseStep.objects.filter(case=case).order_by("pk")), "states": flow.STATES, "acts": flow.ACTS,
        "talks": [one for one in evidence if one.kind == Evidence.Kind.TALK], "pictures": [(one, url) for one, url in shown if url],
        "words": [one for one in evidence if one.text and one.kind != Evidence.Kind.TALK], "files": evidence, "parcels": parcels,
        "scrub": masks.scrub, "by": by, "at": clock.now(),
    }  # fmt: skip


def _picture(one: Evidence) -> str:
    """As it is kept, drawn smaller; empty for what is no picture or is gone."""
    if not one.media_key:
        return ""
    try:
        with storage().open(one.sha256) as file, Image.open(file) as picture:
            picture.draft("RGB", (_SIDE, _SIDE))
            picture.thumbnail((_SIDE, _SIDE))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    except OSError:
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
