"""Words that this room's scripts say; a test holds them equal to what the scripts ask for."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

# Shared by both sides' bubbles.
BUBBLES = (
    _("Automatic"),
    _("File"),
    _("Internal"),
    _("Message taken back"),
    _("Picture"),
    _("To be reached at {contact}"),
    _("Today"),
    _("Whisper"),
    _("Yesterday"),
    _("{name} took back a message"),
)
WIDGET = (
    *BUBBLES,
    _("No connection; it will go on by itself"),
    _("Please write up to {count} characters at once."),
    _("Has been read"),
    _("Remove"),
    _("Sending …"),
    _("Thank you. Your word reaches the people who served you."),
    _("The file is no longer kept here. Choose it again."),
    _("The file is {size}; up to {limit} can be sent."),
    _("This could not be sent."),
    _("Try again"),
    _("Typing …"),
    _("{name} is typing …"),
)
WORKSPACE = (
    *BUBBLES,
    _("Ask a supervisor to let it pass"),
    _("Ask the leader to let it pass"),
    _("Delivered"),
    _("Draft"),
    _("New"),
    _("Note as promise"),
    _("Note as requirement"),
    _("Has been read"),
    _("Say this instead"),
    _("Send all the same"),
    _("Sending …"),
    _("Take this line back"),
    _("Take the conversation first; then the customer hears you."),
    _("The customer is typing …"),
    _("Why?"),
    _("Write it differently"),
    _("{name} is also looking at this"),
    _("{name} is answering here"),
    _("{name} is typing …"),
)
# A small set, the faces that people use with shops.
FACES = ("😀", "😄", "😂", "😊", "😍", "😘", "😉", "😋", "😎", "🤔", "😅", "😭", "😢", "😡", "😱", "🙏", "👍", "👎", "👌", "💪", "🌹", "🎁", "❤️", "🎉", "🔥", "☀️", "🌙", "⭐", "✅", "❌", "📦", "🚚")
