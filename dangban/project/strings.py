"""Words that the frame's scripts say, by msgid: `t("Copied")`."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

STRINGS = (
    _("All keys"),
    _("As the system"),
    _("Close"),
    _("Connection lost; trying again in {seconds} s"),
    _("Copied"),
    _("Could not copy; select it and press Ctrl+C"),
    _("Could not reach the server. What you typed is kept."),
    _("Dark"),
    _("Done"),
    _("Go to {room}"),
    _("Light"),
    _("Longest wait"),
    _("Longest wait {time}"),
    _("New messages: {count}"),
    _("No connection; it will go on by itself"),
    _("Nothing found"),
    _("On this page"),
    _("Rooms"),
    _("Search or command"),
    _("Selected: {count}"),
    _("Slow replies: {count}"),
    _("Something went wrong on the server. Nothing was lost; please try again."),
    _("Sound off"),
    _("Sound on"),
    _("Take off {name}"),
    _("The file is {size}; up to {limit} can be sent."),
    _("This kind of file can't be sent here."),
    _("Undo"),
    _("Undone"),
    _("You are no longer logged in. Log in again in another tab; what you typed is kept."),
    _("over by {time}"),
    _("{days} d {hours} h"),
    _("{seconds} s"),
)
