"""The lists of the workspace: mine, waiting, left messages, the team's, ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dangban.chat.models import Message
from dangban.conversations import access
from dangban.conversations.clauses import WAITING_COLOURS
from dangban.conversations.models import Conversation, Transfer
from dangban.conversations.queries.detail import CHANNELS
from dangban.conversations.rules.routing import first_in_line
from dangban.customers.models import Handle
from dangban.handbook.current import in_force
from dangban.handbook.decisions import Because, Decision
from dangban.lib import clock
from dangban.lib.text import whole
from dangban.people.access import scope
from dangban.people.models import Person, Shop

State = Conversation.State
PAGE = 60
# How many shops' newest are asked for in one statement.
SHOPS_AT_ONCE = 100
ALL = 2**62
NEWEST_ENDED = f"""
SELECT id FROM (
  SELECT id FROM conversations_conversation WHERE shop_id = %s AND id < %s AND state = 'ended' ORDER BY id DESC LIMIT {PAGE + 1}
) newest"""  # noqa: S608  a number of our own
TABS = ("mine", "waiting", "offline", "team", "ended")


@dataclass(frozen=True, slots=True)
class Shown:
    rows: list[dict[str, Any]]
    more_url: str = ""


def tabs() -> list[tuple[str, str]]:
    return [
        ("mine", pgettext("list", "Mine")),
        ("waiting", pgettext("list", "Waiting")),
        ("offline", pgettext("list", "Messages")),
        ("team", pgettext("list", "Team")),
        ("ended", pgettext("list", "Ended")),
    ]


def empty_words(tab: str) -> tuple[str, str]:
    return {
        "mine": (_("No customers with you"), _("They come by themselves while you are online, or take the next one.")),
        "waiting": (_("Nobody is waiting"), _("Customers stand here until somebody is free for them.")),
        "offline": (_("No messages left"), _("What customers write while nobody is on duty stands here, oldest first.")),
        "team": (_("Your colleagues serve nobody"), _("The conversations of your team show here.")),
        "ended": (_("Nothing has ended yet"), _("Resolved conversations stay readable here.")),
    }[tab]


def ripening() -> dict[str, int | None]:
    """After how many seconds a wait turns amber and red, by the rule in force."""
    found: dict[str, int | None] = {"amber": None, "red": None}
    for row in in_force()[WAITING_COLOURS].rows:
        if row["colour"] in found:
            found[row["colour"]] = int(row["seconds"])
    return found


def waits(person: Person) -> list[dict[str, Any]]:
    """My customers who wait, for the slow-reply alarm of pages that don't show the list (one query)."""
    mine = Conversation.objects.filter(assignee=person, state=State.SERVING, waiting_since__isnull=False)
    rows = list(mine.values_list("pk", "waiting_since"))
    red = ripening()["red"] if rows else None
    return [
        {"id": pk, "since": clock.to_ms(since), "red": red, "url": reverse("conversation", args=[pk])}
        for pk, since in rows
        if since is not None and red is not None
    ]


def counts(person: Person) -> dict[str, int]:
    """How many each list holds; what has ended is not counted (one query)."""
    own = Q(state=State.SERVING, assignee=person)
    mine, team = Count("pk", filter=own | Q(pk__in=_offered(person))), Count("pk", filter=~Q(assignee=person))
    # State by state, so that the index of shop and state is what finds them, however many have ended.
    counted = [
        seen(person).filter(state=state).order_by().values("state").annotate(n=Count("pk"), mine=mine, team=team)
        for state in (State.WAITING, State.SERVING, State.OFFLINE)
    ]
    numbers = {"ended": 0, "mine": 0, "waiting": 0, "offline": 0, "team": 0}
    for row in counted[0].union(*counted[1:], all=True):
        numbers["mine"] += row["mine"]
        if row["state"] == State.SERVING:
            numbers["team"] = row["team"]
        else:
            numbers[row["state"]] = row["n"]
    return numbers


def tab_of(asked: str, counted: dict[str, int]) -> str:
    """The list asked for; else mine, or while I have nobody the list of those whose turn the handbook says it is."""
    if asked in TABS:
        return asked
    messages_first = _line(counted).outcome == "messages"
    unserved = ("offline", "waiting") if messages_first else ("waiting", "offline")
    return next((tab for tab in ("mine", *unserved) if counted.get(tab)), "mine")


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is while some left messages and others wait, said above the list of the others."""

    text: str
    tab: str
    because: tuple[Because, ...]


def turn_of(tab: str, counted: dict[str, int]) -> Turn | None:
    """What is to be known above a list: that left messages come before it, or that they don't."""
    left, waiting = counted.get("offline", 0), counted.get("waiting", 0)
    if tab not in ("waiting", "offline") or not left or not waiting:
        return None
    decision = _line(counted)
    if decision.outcome != "messages":
        return Turn(_("Left messages and those who wait take turns by when they came."), "", decision.because)
    if tab == "offline":
        return Turn(_("Left messages come before those who wait."), "", decision.because)
    said = ngettext("%(num)s left message comes first", "%(num)s left messages come first", left) % {"num": left}
    return Turn(said, "offline", decision.because)


def _line(counted: dict[str, int]) -> Decision:
    return first_in_line(counted.get("offline", 0), counted.get("waiting", 0), in_force())


def rows(person: Person, tab: str, cursor: str = "") -> Shown:
    """The lines of one list (two queries, one more for what has ended)."""
    found = list(_with_speaker(_listed(person, tab, cursor))[: PAGE + 1])
    more = ""
    if len(found) > PAGE:
        last = found[PAGE - 1].pk
        more = f"{reverse('workspace_list')}?tab={tab}&cursor={last}" if tab == "ended" else ""
    found = found[:PAGE]
    names = _handles(found)
    offered = set(_offered(person)) if tab == "mine" else set()
    return Shown([_row(one, person, names, one.pk in offered) for one in found], more)


def lines_of(person: Person, listed: QuerySet[Conversation]) -> list[dict[str, Any]]:
    """Any conversations as lines of a list."""
    found = list(_with_speaker(listed)[:PAGE])
    return [_row(one, person, _handles(found), False) for one in found]


def _with_speaker(listed: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With who of us spoke last to the customer: after a transfer that is somebody else than who serves."""
    said = Message.objects.filter(
        thread=OuterRef("thread"), seq__lte=OuterRef("last_seq"), author=Message.Author.AGENT, internal=False
    ).exclude(kind__in=(Message.Kind.EVENT, Message.Kind.RECALL))
    last = said.order_by("-seq")
    return listed.select_related("shop", "customer", "assignee").annotate(
        speaker_id=Subquery(last.values("author_id")[:1]), speaker_name=Subquery(last.values("author_name")[:1])
    )


def _listed(person: Person, tab: str, cursor: str) -> QuerySet[Conversation]:
    visible = seen(person)
    if tab == "mine":
        mine = Q(state=State.SERVING, assignee=person) | Q(pk__in=_offered(person))
        return visible.filter(mine).order_by(F("waiting_since").asc(nulls_last=True), "-last_at", "pk")
    if tab == "waiting":
        return visible.filter(state=State.WAITING).order_by("queued_at", "pk")
    if tab == "offline":
        return visible.filter(state=State.OFFLINE).order_by("opened_at", "pk")
    if tab == "team":
        others = visible.filter(state=State.SERVING).exclude(assignee=person)
        return others.order_by(F("waiting_since").asc(nulls_last=True), "-last_at", "pk")
    return access.visible_conversations(person).filter(pk__in=_ended(person, whole(cursor))).order_by("-pk")


def seen(person: Person) -> QuerySet[Conversation]:
    """What this person sees, always by shops: with a state, an index of both finds the few that are open."""
    visible = access.visible_conversations(person)
    return visible.filter(shop__in=Shop.objects.values("pk")) if scope(person).everywhere else visible


def _ended(person: Person, before: int | None) -> list[int]:
    """The newest that ended, read from the end of each shop: those of all shops at once would all be sorted."""
    shops = list(Shop.objects.filter(access.readable(person, "pk")).values_list("pk", flat=True))
    newest: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(shops), SHOPS_AT_ONCE):
            lot = shops[start : start + SHOPS_AT_ONCE]
            cursor.execute(" UNION ALL ".join([NEWEST_ENDED] * len(lot)), [one for shop in lot for one in (shop, before or ALL)])
            newest += [pk for (pk,) in cursor.fetchall()]
    return sorted(newest, reverse=True)[: PAGE + 1]


def _offered(person: Person) -> Iterable[int]:
    """Conversations that somebody wants to pass to this person."""
    offers = Transfer.objects.filter(state=Transfer.State.OFFERED, to_person=person)
    return list(offers.values_list("conversation_id", flat=True))


def _handles(found: list[Conversation]) -> dict[int, str]:
    nameless = [one.customer_id for one in found if not one.customer.name]
    return dict(Handle.objects.filter(customer__in=nameless).values_list("customer_id", "handle"))


def _row(one: Conversation, person: Person, names: dict[int, str], offered: bool) -> dict[str, Any]:
    mine = one.assignee_id == person.pk and one.state == State.SERVING
    name = one.customer.name or names.get(one.customer_id) or _("Visitor %(number)s") % {"number": one.customer_id}
    return {
        "id": one.pk,
        "thread_id": one.thread_id,
        "customer": name,
        "shop_short": _short(one.shop.name),
        "channel": CHANNELS.get(one.shop.platform, "web"),
        # Who was answered and left to the next shift stands in the queue, yet waits for no word.
        "waiting_since": one.waiting_since,
        "last_at": one.last_at,
        "preview": one.preview,
        "preview_by": _speaker(one, person) if one.last_author == Message.Author.AGENT else "",
        "unread": one.unread if mine or one.assignee_id is None else 0,
        "mine": mine,
        "tags": _tags(one, person, mine, offered),
    }


def _speaker(one: Any, person: Person) -> str:
    """Of a conversation annotated with its speaker."""
    if one.speaker_id == person.pk:
        return _("I:")
    return _("%(name)s:") % {"name": one.speaker_name} if one.speaker_name else ""


def _tags(one: Conversation, person: Person, mine: bool, offered: bool) -> list[tuple[str, str]]:
    tags: list[tuple[str, str]] = []
    if offered:
        tags.append((_("Passed to you"), "warn"))
    if one.state == State.OFFLINE and one.promised_at and one.promised_at < clock.now():
        tags.append((_("promised time is over"), "bad"))
    if one.stage == Conversation.Stage.AFTERSALE:
        tags.append((str(one.get_stage_display()), ""))
    if not mine and one.assignee and one.state != State.ENDED:
        tags.append((one.assignee.name, "info"))
    if one.transfers:
        tags.append((_("passed on %(count)s ×") % {"count": one.transfers}, ""))
    return tags


def _short(name: str) -> str:
    """A shop's name as it fits a line of the list."""
    for ending in ("旗舰店", "专卖店", "店"):  # han
        name = name.removesuffix(ending) or name
    return name[:8]
