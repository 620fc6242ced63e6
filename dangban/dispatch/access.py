"""Who audits orders, who prints and packs them, and what they see of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

PERMISSIONS = {
    "dispatch.audit": gettext_lazy("Audit orders before they are printed, release them"),
}
