"""What a password must be, by the handbook."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.lib import clock
from dangban.people.house import sign_in_rules


class LongEnough:
    """A password has at least as many characters as the handbook asks for."""

    def validate(self, password: str, user: object = None) -> None:
        least = sign_in_rules(clock.now()).password_length
        if len(password) < least:
            raise ValidationError(
                _("This password has %(count)s characters; it needs at least %(least)s.")
                % {"count": len(password), "least": least},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        least = sign_in_rules(clock.now()).password_length
        return ngettext(
            "At least %(least)s character; a few words in a row are easy to remember.",
            "At least %(least)s characters; a few words in a row are easy to remember.",
            least,
        ) % {"least": least}
