"""What each figure means, in the words that stand behind it on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Measure:
    """`unit` is ``seconds`` (sum of milliseconds over a count), ``share``, or ``count`` (no denominator)."""

    label: object
    definition: object
    unit: str
    numerator: str
    denominator: str = ""


MEASURES: dict[str, Measure] = {
    "first_response": Measure(
        _("First response"),
        _("From a conversation's first question to its first human answer. Sum of these times divided by their number. Automatic and internal lines never count, messages left while nobody was there count by themselves."),
        "seconds", "first_ms", "first_answered",
    ),
    "response": Measure(
        _("Average response"),
        _("From a question (the customer's first line after the last human answer) to the first human answer. Sum of all times divided by the number of answered questions."),
        "seconds", "answered_ms", "answered",
    ),
    "reply_rate": Measure(
        _("Reply rate"),
        _("Of the customers who asked on a day (each counted once a day and shop), the share who had a human answer on that day. A night shift's day is the day on which it began."),
        "share", "replied", "asking",
    ),
    "platform_rate": Measure(
        _("Platform reply rate"),
        _("Of the questions asked in the platform's hours, the share answered by a person within the platform's time. Unanswered ones count against it."),
        "share", "platform_kept", "platform",
    ),
    "house_rate": Measure(
        _("Within our clock"),
        _("Of the questions asked in our own hours, the share answered within our handbook's time, which is shorter or longer for the first answer. The rules of each day apply."),
        "share", "house_kept", "house",
    ),
    "message_rate": Measure(
        _("Left messages answered"),
        _("Of the messages left while nobody was there, the share answered by the time the customer was promised. They count in no response time."),
        "share", "messages_kept", "messages",
    ),
    "queued": Measure(
        _("Time in the queue"),
        _("How long customers stood in the queue before each assignment. Sum divided by the number of assignments out of the queue."),
        "seconds", "queued_ms", "queued",
    ),
    "handled": Measure(
        _("Customers served"),
        _("Customers to whom a person wrote and who wrote themselves, whoever began; each counted once a day and shop."),
        "count", "handled",
    ),
    "asked": Measure(
        _("Questions"),
        _("Questions asked: the customer's lines up to the next human answer are one question."),
        "count", "asked",
    ),
    "slow": Measure(
        _("Slow answers"),
        _("Questions answered only after the time from which the handbook calls an answer slow."),
        "count", "slow",
    ),
    "routed": Measure(
        _("Assigned"), _("Conversations given by the rules, not taken by hand."), "count", "routed",
    ),
    "taken_over": Measure(
        _("Taken over"), _("Conversations taken over from a colleague."), "count", "taken_over",
    ),
    "transferred_in": Measure(
        pgettext_lazy("figure", "Transferred in"), _("Conversations that came by a transfer."), "count", "transferred_in",
    ),
    "transferred_out": Measure(
        pgettext_lazy("figure", "Transferred out"),
        _("Conversations passed on, also where they came back; withdrawn offers don't count."),
        "count", "transferred_out",
    ),
    "silent": Measure(
        _("Taken away for silence"),
        _("Conversations that went back to the queue because the customer had waited too long for a word."),
        "count", "silent",
    ),
    "ended": Measure(
        _("Ended"), _("Conversations ended, by hand or after a quiet time."), "count", "ended",
    ),
    "long": Measure(
        _("Long sessions"),
        _("Conversations whose service, from the first assignment to the end, took longer than the handbook's limit."),
        "count", "long",
    ),
    "lines": Measure(_("Lines written"), _("Lines written to customers who wrote themselves."), "count", "lines"),
}  # fmt: skip
