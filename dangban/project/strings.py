"""Words that scripts say. A script asks for them by msgid with `t("…")`; a test compares both sides."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

FRAME = (
    _("All keys"),
    _("Close"),
    _("Connection lost; trying again in {seconds} s"),
    _("Connected again"),
    _("Copied"),
    _("Could not copy; select it and press Ctrl+C"),
    _("Could not reach the server. What you typed is kept."),
    _("Done"),
    _("Draft"),
    _("Drop files here"),
    _("Go to {room}"),
    _("Internal note; the customer won't see it"),
    _("Keys"),
    _("Light"),
    _("Dark"),
    _("As the system"),
    _("Longest wait {time}"),
    _("New messages: {count}"),
    _("No connection; it will go on by itself"),
    _("Nothing found"),
    _("Search or command"),
    _("Selected: {count}"),
    _("Sending …"),
    _("Slow replies: {count}"),
    _("Something went wrong on the server. Nothing was lost; please try again."),
    _("The file is {size}; up to {limit} can be sent."),
    _("This kind of file can't be sent here."),
    _("Undo"),
    _("Undone"),
    _("You are no longer logged in. Log in again in another tab; what you typed is kept."),
    _("{minutes} min"),
    _("{seconds} s"),
)
