"""What one may do with the handbook; reading it is for everybody."""

from __future__ import annotations

from django.utils.translation import gettext_noop

PERMISSIONS = {"handbook.adopt": gettext_noop("Adopt a handbook, lift a legal bound by name")}
